"""A run's record: what it depended on, what it gave, and its learning curves as one SVG file."""

import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from model_store.recipes.device import device_name
from model_store.recipes.progress import write_whole

RECORD, CURVES = "record.json", "curves.svg"

WIDTH, HEIGHT, EDGE = 420, 240, 36
COLOURS = ("#1b6ca8", "#c8553d", "#4a7c59", "#8f5fa8", "#b08900")

Points = list[tuple[float, float]]


def write_record(run: Path, facts: Mapping[str, Any], history: Sequence[Mapping[str, Any]], finished: bool) -> None:
    """Write record.json and curves.svg. Raises TrainingError naming the file."""
    metrics: Mapping[str, float] = next((entry["metrics"] for entry in reversed(history) if "metrics" in entry), {})
    record = {**facts, "versions": _versions(), "device": device_name(), "finished": finished, "metrics": metrics}
    write_whole(run / RECORD, (json.dumps({**record, "history": list(history)}, indent=1) + "\n").encode())
    write_whole(run / CURVES, curves(history).encode())


def curves(history: Sequence[Mapping[str, Any]]) -> str:
    """Loss and metrics over the steps, side by side, as a self-contained SVG."""
    loss: Points = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    metrics: dict[str, Points] = {}
    for entry in history:
        for name, value in entry.get("metrics", {}).items():
            metrics.setdefault(name, []).append((entry["step"], value))
    panels = _panel("loss", {"loss": loss}, 0) + _panel("validation", metrics, WIDTH)
    size = f'width="{2 * WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="11"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{panels}</svg>\n'


def _panel(title: str, lines: Mapping[str, Points], left: int) -> str:
    points = [point for line in lines.values() for point in line]
    if not points:
        return f'<text x="{left + EDGE}" y="16">{title}: nothing yet</text>'
    bounds = [f(point[axis] for point in points) for axis in (0, 1) for f in (min, max)]
    drawn = "".join(
        _line(name, line, bounds, left, COLOURS[number % len(COLOURS)], 32 + 14 * number)
        for number, (name, line) in enumerate(lines.items())
    )
    return f'<text x="{left + EDGE}" y="16" font-weight="bold">{title}</text>{_axes(bounds, left)}{drawn}'


def _axes(bounds: Sequence[float], left: int) -> str:
    first, last, low, high = bounds
    bottom, right = HEIGHT - EDGE, left + WIDTH - EDGE
    frame = f'<path d="M{left + EDGE} {EDGE}V{bottom}H{right}" fill="none" stroke="#888"/>'
    marks = [(left + 2, EDGE + 4, f"{high:.3g}"), (left + 2, bottom, f"{low:.3g}")]
    marks += [(left + EDGE, bottom + 14, f"step {first:g}"), (right - 30, bottom + 14, f"{last:g}")]
    return frame + "".join(f'<text x="{x}" y="{y}" fill="#555">{text}</text>' for x, y, text in marks)


def _line(name: str, line: Points, bounds: Sequence[float], left: int, colour: str, legend: int) -> str:
    first, last, low, high = bounds
    across, up = (WIDTH - 2 * EDGE) / max(last - first, 1e-9), (HEIGHT - 2 * EDGE) / max(high - low, 1e-9)
    places = [(left + EDGE + (x - first) * across, HEIGHT - EDGE - (y - low) * up) for x, y in line]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    label = f'<text x="{left + WIDTH - 130}" y="{legend}" fill="{colour}">{name} {line[-1][1]:.3f}</text>'
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{colour}"/>' for x, y in places)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>{dots}{label}'


def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in ("torch", "numpy", "tokenizers")}
