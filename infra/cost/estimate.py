"""The whole answer of `lectern cost`: the bill, what a thousand grades cost, and where a GPU breaks even."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from infra.cost.breakeven import BreakEven, break_even
from infra.cost.measured import Measured
from infra.cost.month import Line, Workload, bill, compute
from lectern.prices import Prices

UNIT = 1_000_000
"""Grades that the price of one is taken from: rounding to whole milliseconds and chunks is as it is in a month."""


@dataclass(frozen=True)
class Estimate:
    """A month: lines by service, dollars of Lambda alone for one grade over HTTP and for one of a job, break-evens."""

    load: Workload
    measured: Measured
    prices: Prices
    lines: Sequence[Line]
    request: float
    row: float
    break_even: dict[str, BreakEven]

    @property
    def sums(self) -> Line:
        """All services together."""
        return Line("sum", *(sum(column) for column in zip(*(line[1:] for line in self.lines), strict=True)))

    @property
    def per_thousand(self) -> tuple[float | None, float | None, float | None]:
        """Dollars for 1,000 grades over HTTP, of jobs, and of both with what is fixed; None without such grades."""
        load, sums = self.load, self.sums
        both = _for_thousand(sums.total, load.requests + load.rows)
        return _for_thousand(sums.requests, load.requests), _for_thousand(sums.jobs, load.rows), both

    def document(self) -> dict[str, Any]:
        """As JSON has it; dollars are not rounded."""
        return {
            "region": self.prices.region,
            "as_of": self.prices.as_of,
            "currency": self.prices.currency,
            "workload": asdict(self.load),
            "measured": asdict(self.measured),
            "lines": [line._asdict() | {"total": line.total} for line in self.lines],
            "month": self.sums.total,
            "per_thousand": dict(zip(("requests", "jobs", "all"), self.per_thousand, strict=True)),
            "break_even": {name: found._asdict() for name, found in self.break_even.items()},
        }


def _for_thousand(dollars: float, grades: int) -> float | None:
    return 1000 * dollars / grades if grades else None


def estimate(load: Workload, measured: Measured, prices: Prices, gpu_rate: float | None = None) -> Estimate:
    """A month's estimate. `gpu_rate`: grades a second that the instance can do. Raises UnknownPrice."""
    lines, hour = bill(load, measured, prices), prices.instance(load.instance)
    request, row = lambda_prices(load, measured, prices)
    found = {"requests": break_even(load.instance, hour, request, gpu_rate)}
    found["jobs"] = break_even(load.instance, hour, row, gpu_rate)
    return Estimate(load, measured, prices, lines, request, row, found)


def lambda_prices(load: Workload, measured: Measured, prices: Prices) -> tuple[float, float]:
    """Dollars that Lambda asks for one grade: over HTTP, and in a job."""
    many = Workload(**{**asdict(load), "requests": UNIT, "rows": UNIT})
    lines = list(compute(many, measured, prices))
    return sum(line.requests for line in lines) / UNIT, sum(line.jobs for line in lines) / UNIT
