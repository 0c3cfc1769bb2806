"""Dollars of a month over grades of a month, both by powers of ten, as one SVG."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import log10

from infra.cost.breakeven import BreakEven
from infra.cost.month import HOURS
from model_store.results_picture import COLOURS

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 430, 70, 40, 20, 110
GRADES, DOLLARS = (5, 10), (-1, 5)
"""Powers of ten at the ends of the axes."""


@dataclass(frozen=True)
class Price:
    """What is compared: dollars for each grade, or for a month whatever is graded."""

    name: str
    grade: float = 0.0
    month: float = 0.0


def comparison(prices: Sequence[Price], crossings: Sequence[BreakEven]) -> str:
    """A line for each price, and a dot where Lambda and a GPU cost the same."""
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    body = [
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="22" font-weight="bold">Dollars a month, by grades a month (both by powers of ten)</text>',
        *_axes(),
        *(part for number, price in enumerate(prices) for part in _line(price, number)),
        *(_dot(crossing) for crossing in crossings if _shown(crossing)),
    ]
    return "\n".join([f'<svg xmlns="http://www.w3.org/2000/svg" {size}>', *body, "</svg>", ""])


def compared(request: float, row: float, instances: Mapping[str, float]) -> list[Price]:
    """Lambda by HTTP and by jobs, dollars for a grade; instances, dollars for an hour, that are always on."""
    lambdas = [Price("Lambda, by HTTP", grade=request), Price("Lambda, by jobs", grade=row)]
    return [*lambdas, *(Price(f"{kind}, always on", month=hour * HOURS) for kind, hour in sorted(instances.items()))]


def _across(grades: float) -> float:
    return LEFT + (log10(grades) - GRADES[0]) / (GRADES[1] - GRADES[0]) * (WIDTH - LEFT - RIGHT)


def _up(dollars: float) -> float:
    return HEIGHT - BOTTOM - (log10(dollars) - DOLLARS[0]) / (DOLLARS[1] - DOLLARS[0]) * (HEIGHT - TOP - BOTTOM)


def _axes() -> Iterator[str]:
    for power in range(GRADES[0], GRADES[1] + 1):
        x = _across(10.0**power)
        yield f'<path d="M{x:.1f},{TOP} V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{_short(10.0**power)}</text>'
    for power in range(DOLLARS[0], DOLLARS[1] + 1):
        y = _up(10.0**power)
        yield f'<path d="M{LEFT},{y:.1f} H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">${_short(10.0**power)}</text>'


def _line(price: Price, number: int) -> Iterator[str]:
    """The part of a line that is within the axes, and its entry in the legend."""
    colour, dashes = COLOURS[number % len(COLOURS)], ' stroke-dasharray="6 3"' if price.month else ""
    low, high = 10.0 ** GRADES[0], 10.0 ** GRADES[1]
    if price.grade:
        low = min(high, max(low, 10.0 ** DOLLARS[0] / price.grade))
        high = max(low, min(high, 10.0 ** DOLLARS[1] / price.grade))
    points = " ".join(f"{_across(x):.1f},{_up(price.month or x * price.grade):.1f}" for x in (low, high))
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
    x, y = LEFT + 240 * (number % 3), HEIGHT - 58 + 22 * (number // 3)
    yield f'<path d="M{x},{y - 4} h20" stroke="{colour}" stroke-width="2"{dashes}/>'
    yield f'<text x="{x + 28}" y="{y}">{escape(price.name)}</text>'


def _shown(crossing: BreakEven) -> bool:
    return crossing.grades is not None and 10.0 ** GRADES[0] <= crossing.grades <= 10.0 ** GRADES[1]


def _dot(crossing: BreakEven) -> str:
    x, y, told = _across(crossing.grades or 1.0), _up(crossing.month), _short(crossing.grades or 1.0)
    halo = 'stroke="white" stroke-width="4" paint-order="stroke"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/><text x="{x + 6:.1f}" y="{y + 18:.1f}" {halo}>{told}</text>'


def _short(number: float) -> str:
    """Three digits and a unit."""
    for size, unit in ((1e9, " bn"), (1e6, " m"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g}{unit}"
    return f"{number:.3g}"
