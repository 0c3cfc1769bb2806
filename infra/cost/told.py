"""An estimate as text."""

from collections.abc import Iterator

from infra.cost.breakeven import BreakEven
from infra.cost.estimate import Estimate
from infra.cost.month import Line


def told(found: Estimate) -> str:
    """The bill as a table, with what it rests on."""
    return "\n".join([*_table(found), "", *_rests_on(found), "", *_gpu(found)])


def _table(found: Estimate) -> Iterator[str]:
    yield f"{'US dollars a month':26}{'by HTTP':>12}{'by jobs':>12}{'fixed':>12}{'sum':>12}"
    for line in (*found.lines, found.sums):
        if line.total or line.service == "sum":
            yield _row(line)
    requests, rows, both = found.per_thousand
    yield f"{'for 1,000 grades':26}{_money(requests):>12}{_money(rows):>12}{'':12}{_money(both):>12}"


def _row(line: Line) -> str:
    return f"{line.service:26}" + "".join(f"{_money(value):>12}" for value in (*line[1:], line.total))


def _money(value: float | None) -> str:
    """Cents, or a ten-thousandth where that is all there is."""
    if value is None:
        return "–"
    return "<0.0001" if 0 < value < 0.0001 else f"{value:,.4f}" if 0 < value < 1 else f"{value:,.2f}"


def _rests_on(found: Estimate) -> Iterator[str]:
    load, measured, prices = found.load, found.measured, found.prices
    yield f"{load.requests:,} grades over HTTP; {load.rows:,} in {load.jobs:,} jobs, {load.batch_size:,} to a chunk;"
    yield f"{load.words:g} words of question, reference and answer; functions of {load.memory:,} MB."
    yield (
        f"Measured: {measured.request_ms:.1f} ms a request, {measured.row_ms:.1f} ms of one processor a row, "
        f"{measured.start_seconds:.2f} s a start ({measured.words:g} words)."
    )
    yield f"Prices: {prices.region}, {prices.as_of}, without taxes, free tiers and discounts."


def _gpu(found: Estimate) -> Iterator[str]:
    for name, grade in (("requests", found.request), ("jobs", found.row)):
        yield f"Lambda alone, by {'HTTP' if name == 'requests' else 'jobs'}: {1000 * grade:.4f} for 1,000 grades."
        yield _compared(found.break_even[name])


def _compared(found: BreakEven) -> str:
    always = f"  {found.instance}, always on: {found.month:,.2f} a month"
    if found.grades is None:
        return f"{always}; dearer at any volume: it would have to do {found.rate:,.0f} grades a second."
    return f"{always}; cheaper from {found.grades:,.0f} grades a month on, {found.rate:,.0f} a second."
