"""Two learning curves side by side as an SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, MARGIN = 320, 220, 40
COLOUR = "#2458a6"


@dataclass(frozen=True)
class Line:
    """Points (grades, value)."""

    grades: Sequence[int]
    values: Sequence[float]


def picture(left_title: str, left: Line, right_title: str, right: Line) -> str:
    """The SVG of two charts over the number of grades."""
    charts = [_chart(left_title, left, 0), _chart(right_title, right, WIDTH)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {2 * WIDTH} {HEIGHT}" '
        f'font-family="sans-serif" font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n'
        + "\n".join(charts)
        + "\n</svg>\n"
    )


def _chart(title: str, line: Line, offset: int) -> str:
    top, span = max(1.0, *line.values), max(line.grades) or 1
    places = [
        (
            offset + MARGIN + grades / span * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN),
        )
        for grades, value in zip(line.grades, line.values, strict=True)
    ]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    base = HEIGHT - MARGIN
    parts = [
        f'<text x="{offset + MARGIN}" y="20" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{offset + MARGIN},{MARGIN} V{base} H{offset + WIDTH - MARGIN}" fill="none" stroke="#999"/>',
        f'<polyline points="{points}" fill="none" stroke="{COLOUR}" stroke-width="2"/>',
    ]
    for (x, y), grades, value in zip(places, line.grades, line.values, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLOUR}"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{value:.2f}</text>')
        parts.append(f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{grades}</text>')
    parts.append(f'<text x="{offset + WIDTH / 2}" y="{HEIGHT - 6}" text-anchor="middle">grades per question</text>')
    return "\n".join(parts)
