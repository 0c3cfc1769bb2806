"""Figures as pictures: bars beside their references, and a bar of stages."""

from collections.abc import Mapping, Sequence
from html import escape

from tests.perf.figures import Figure

WIDTH, LEFT, ROW = 760, 210, 20
OURS, THEIRS = "#1b6ca8", "#b9c3cc"
COLOURS = ("#b9c3cc", "#8f5fa8", "#1b6ca8", "#4a7c59", "#b08900", "#c8553d", "#7f8c2d", "#2f7f86", "#a0408a", "#555")


def bars(title: str, figures: Sequence[Figure]) -> str:
    """Each figure's bar above those of its references."""
    rows: list[tuple[str, float, str]] = []
    for name in dict.fromkeys(figure.name for figure in figures):
        of = [figure for figure in figures if figure.name == name]
        rows.append((name, of[0].value, OURS))
        rows += [(figure.reference, figure.reference_value, THEIRS) for figure in of]
    most = max(value for _, value, _ in rows)
    unit = figures[0].unit
    body = [f'<text x="10" y="20" font-weight="bold">{escape(title)}</text>']
    for number, (name, value, colour) in enumerate(rows):
        top = 34 + ROW * number
        long = (WIDTH - LEFT - 130) * value / most
        body += [
            f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{long:.1f}" height="14" fill="{colour}"/>',
            f'<text x="{LEFT + long + 6:.1f}" y="{top + 12}">{value:.3g} {escape(unit)}</text>',
        ]
    return _picture(body, 44 + ROW * len(rows))


def stages(title: str, parts: Mapping[str, float]) -> str:
    """One bar, its parts in their order, with a legend."""
    whole, at = sum(parts.values()), 10.0
    body = [f'<text x="10" y="20" font-weight="bold">{escape(title)}: {whole:.0f} ms</text>']
    for number, (name, value) in enumerate(parts.items()):
        long, colour = (WIDTH - 20) * value / whole, COLOURS[number % len(COLOURS)]
        down = 84 + ROW * number
        body += [
            f'<rect x="{at:.1f}" y="34" width="{long:.1f}" height="30" fill="{colour}"/>',
            f'<rect x="10" y="{down}" width="12" height="12" fill="{colour}"/>',
            f'<text x="30" y="{down + 11}">{escape(name)}: {value:.0f} ms</text>',
        ]
        at += long
    return _picture(body, 94 + ROW * len(parts))


def _picture(body: Sequence[str], height: int) -> str:
    size = f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12"'
    whole = ['<rect width="100%" height="100%" fill="white"/>', *body]
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n' + "\n".join(whole) + "\n</svg>\n"
