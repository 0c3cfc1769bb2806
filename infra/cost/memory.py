"""What a function's answers cost by its memory, from the benchmark's results: Lambda gives processor time by memory."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.cost.measured import RESULTS, WHOLE_PROCESSOR, NotMeasured, milliseconds
from lectern.prices import Prices

SIZES = (256, 512, 1024, WHOLE_PROCESSOR, 3008)
"""MB: from little to two processors, of which an answer uses one."""

ROOM = 1.5
"""Times what was seen, as requests may be larger than the benchmark's."""

ALIKE = 0.1
"""Prices that differ by no more are the same: the faster one is better then."""


@dataclass(frozen=True)
class Setting:
    """A function with so much memory: milliseconds of a warm answer, dollars of Lambda for a thousand."""

    function: str
    memory: int
    milliseconds: float
    dollars: float


def settings_of(prices: Prices, folder: Path = RESULTS) -> dict[str, list[Setting]]:
    """Every size that holds it, for each function that was measured. Raises NotMeasured or UnknownPrice."""
    try:
        rows = json.loads((folder / "latest.json").read_text("utf-8"))
        value = {row["name"]: float(row["value"]) for row in rows}
        names = [name.removeprefix("warm.") for name in value if name.startswith("warm.")]
        return {name: list(_sizes(name, value[f"warm.{name}"], value[f"memory.{name}"], prices)) for name in names}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotMeasured(f"No results of `make bench` in {folder} ({type(error).__name__}).") from error


def _sizes(name: str, warm: float, used: float, prices: Prices) -> Iterator[Setting]:
    for memory in SIZES:
        if memory >= ROOM * used:
            took = milliseconds(warm, memory, threads=False)
            seconds = math.ceil(took) / 1000  # whole milliseconds are billed
            dollars = seconds * memory / 1024 * prices["lambda_gb_second"] + prices["lambda_request"]
            yield Setting(name, memory, took, 1000 * dollars)


def best(settings: Sequence[Setting]) -> Setting:
    """The cheapest; of those that cost as much, the fastest."""
    least = min(setting.dollars for setting in settings)
    alike = [setting for setting in settings if setting.dollars <= least * (1 + ALIKE)]
    return min(alike, key=lambda setting: (setting.milliseconds, setting.memory))


def table(found: dict[str, list[Setting]]) -> str:
    """A line for each function; the best setting has a star."""
    lines = [f"{'for 1,000 answers':20}" + "".join(f"{f'{size:,} MB':>20}" for size in SIZES)]
    for name, settings in found.items():
        chosen, of = best(settings), {setting.memory: setting for setting in settings}
        lines.append(f"{name:20}" + "".join(f"{_cell(of.get(size), chosen):>20}" for size in SIZES))
    return "\n".join(
        [
            *(line.rstrip() for line in lines),
            "US dollars of Lambda, warm; milliseconds of an answer. *: in functions.toml.",
        ]
    )


def _cell(setting: Setting | None, chosen: Setting) -> str:
    if setting is None:
        return "–"
    return f"{setting.dollars:.5f} {setting.milliseconds:.0f} ms{'*' if setting == chosen else ' '}"
