"""What AWS asks: prices.toml, the one table that reports and `lectern cost` go by."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("prices.toml")
REGION = "us-east-1"


class UnknownPrice(LookupError):
    """The table has no such region or instance; the sentence says which it has."""


@dataclass(frozen=True)
class Prices:
    """A region's prices in `currency` by name, those of instances by type and hour, as known in the month `as_of`."""

    region: str
    as_of: str
    currency: str
    units: Mapping[str, float]
    instances: Mapping[str, float]

    def __getitem__(self, name: str) -> float:
        """A price by its name in the table. Raises KeyError."""
        return self.units[name]

    def instance(self, kind: str) -> float:
        """An hour of an instance. Raises UnknownPrice."""
        if kind not in self.instances:
            raise UnknownPrice(f"No price of {kind} in {self.region}; there are {', '.join(sorted(self.instances))}.")
        return self.instances[kind]


@cache
def read_prices(region: str = REGION, table: Path = TABLE) -> Prices:
    """The prices of a region. Raises UnknownPrice."""
    found = tomllib.loads(table.read_text("utf-8"))
    regions = sorted(name for name, value in found.items() if isinstance(value, dict))
    if region not in regions:
        raise UnknownPrice(f"No prices of {region}; the table {table.name} has {', '.join(regions)}.")
    rows = found[region]
    units = {name: row["usd"] for name, row in rows.items() if name != "instances"}
    instances = {name: row["usd"] for name, row in rows["instances"].items()}
    return Prices(region, found["as_of"], found["currency"], units, instances)
