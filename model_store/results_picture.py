"""Confidence beside accuracy, and errors beside coverage, as one SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, EDGE, LEGEND = 380, 300, 44, 22
COLOURS = ("#1b6ca8", "#c8553d", "#4a7c59", "#8f5fa8", "#b08900")


@dataclass(frozen=True)
class Line:
    """A named line through (x, y), both shares from 0 to 1."""

    name: str
    points: Sequence[tuple[float, float]]


def picture(sure: Sequence[Line], errors: Sequence[Line]) -> str:
    """Two charts under one legend: accuracy over confidence, error over coverage."""
    names = [line.name for line in sure]
    top = max((y for line in errors for _, y in line.points), default=1.0)
    charts = [
        _chart("Is 80 % sure right 80 % of the time?", "confidence", "accuracy", sure, 0, 1.0, diagonal=True),
        _chart("Errors among the surest answers", "coverage", "error", errors, WIDTH, top, diagonal=False),
    ]
    height = HEIGHT + LEGEND * len(names)
    legend = [
        f'<text x="{EDGE + 20}" y="{HEIGHT + LEGEND * i + 8}">{escape(name)}</text>'
        f'<rect x="{EDGE}" y="{HEIGHT + LEGEND * i}" width="12" height="4" fill="{COLOURS[i % len(COLOURS)]}"/>'
        for i, name in enumerate(names)
    ]
    size = f'viewBox="0 0 {2 * WIDTH} {height}" font-family="sans-serif" font-size="12"'
    body = "\n".join(['<rect width="100%" height="100%" fill="white"/>', *charts, *legend])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n'


def _chart(title: str, across: str, up: str, lines: Sequence[Line], left: int, top: float, *, diagonal: bool) -> str:
    bottom, right = HEIGHT - EDGE, left + WIDTH - EDGE
    parts = [
        f'<text x="{left + EDGE}" y="20" font-weight="bold">{escape(title)}</text>',
        f'<path d="M{left + EDGE},{EDGE} V{bottom} H{right}" fill="none" stroke="#888"/>',
        f'<text x="{left + WIDTH / 2}" y="{HEIGHT - 10}" text-anchor="middle">{across}</text>',
        f'<text x="{left + 6}" y="{EDGE - 8}">{up}</text>',
        f'<text x="{left + 6}" y="{EDGE + 4}">{top:.2g}</text><text x="{left + 20}" y="{bottom}">0</text>',
        f'<text x="{right - 4}" y="{bottom + 16}">1</text>',
    ]
    if diagonal:
        parts.append(f'<path d="M{left + EDGE},{bottom} L{right},{EDGE}" stroke="#bbb" stroke-dasharray="4"/>')
    return "\n".join([*parts, *(_line(line, left, top, COLOURS[i % len(COLOURS)]) for i, line in enumerate(lines))])


def _line(line: Line, left: int, top: float, colour: str) -> str:
    places = [
        (left + EDGE + x * (WIDTH - 2 * EDGE), HEIGHT - EDGE - y / top * (HEIGHT - 2 * EDGE)) for x, y in line.points
    ]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}'
