"""A figure beside its reference of the same run, and how figures become tables."""

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from os import cpu_count
from pathlib import Path
from statistics import median
from typing import Any

RESULTS = Path(__file__).with_name("results")
LATEST = RESULTS / "latest.json"


@dataclass(frozen=True)
class Figure:
    """Medians; `spread` is the interquartile range of the value."""

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    spread: float


def figure(
    name: str, unit: str, runs: Mapping[str, Sequence[Any]], reference: str, value: Callable[[Any], float] = float
) -> Figure:
    """Our runs, those of `lectern`, beside the reference's."""
    values, references = sorted(map(value, runs["lectern"])), [value(run) for run in runs[reference]]
    quarter = len(values) // 4
    ours, theirs = median(values), median(references)
    spread = values[-1 - quarter] - values[quarter]
    return Figure(name, round(ours, 3), unit, reference, round(theirs, 3), round(ours / theirs, 3), round(spread, 3))


def keep(figures: Sequence[Figure]) -> list[Figure]:
    """Put figures into latest.json, in the place of those of the same scenarios; gives all that are there."""
    found = [Figure(**entry) for entry in json.loads(LATEST.read_text("utf-8"))] if LATEST.exists() else []
    new = {entry.name for entry in figures}
    whole = sorted(
        [*(entry for entry in found if entry.name not in new), *figures], key=lambda f: (f.name, f.reference)
    )
    LATEST.write_text(json.dumps([asdict(entry) for entry in whole], indent=1) + "\n", "utf-8")
    return whole


def table(figures: Sequence[Figure]) -> str:
    """Lines of Markdown."""
    lines = ["| scenario | Lectern | spread | reference | its value | ratio |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {f.name} | {f.value:g} {f.unit} | {f.spread:g} | {f.reference} | {f.reference_value:g} | {f.ratio:.2f} |"
        for f in figures
    ]
    return "\n".join(lines)


def machine() -> str:
    """Processor, cores, system and Python."""
    lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{next(named, platform.processor())}, {cpu_count()} cores, {system}."
