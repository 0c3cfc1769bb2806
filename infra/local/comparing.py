"""`lectern models compare`: from two names and a file to a comparison, and the comparison as a table."""

import io
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from infra.local.environment import named_store
from lectern.models import Models
from lectern.settings import Settings
from model_store.compare.answered import Contestant, answer_both
from model_store.compare.comparison import Comparison
from model_store.compare.comparison import compare as compare_answers
from model_store.compare.marked import read_marked
from model_store.compare.page import TITLES, verdict
from model_store.errors import DataError


def compare_versions(
    first: str, second: str, name: str, data: Path, progress: Callable[[int, int], None]
) -> Comparison:
    """Both versions on the marked answers of `data`. Raises LecternError, DataError, TableError or OSError."""
    marked, left_out = read_marked(data)
    done = count(1)
    models = Models(named_store(), Settings())
    contestants = _contestant(first, name), _contestant(second, name)
    rows, answered = answer_both(models, contestants, marked, lambda: progress(next(done), len(marked)))
    if not rows:
        raise DataError(f"{data.name}: no marked row could be graded")
    return compare_answers(rows, answered, left_out + len(marked) - len(rows))


def table(document: dict[str, Any]) -> str:
    """The comparison for a terminal: figures alone, no answers."""
    first, second = document["versions"]
    shown = Table(title=f"{document['answers']} answers, {document['flips']['all']} grades flip")
    for column in ("", _name(first), _name(second), "difference", "95 % interval", ""):
        shown.add_column(column, justify="left" if not column else "right")
    for name, entry in document["differences"].items():
        figures = (f"{entry['first']:.3f}", f"{entry['second']:.3f}", f"{entry['difference']:+.3f}")
        shown.add_row(TITLES[name], *figures, f"{entry['low']:+.3f} … {entry['high']:+.3f}", verdict(entry))
    for title, figure, digits in _costs(first, second):
        ratio = f"{figure[1] / figure[0]:.2f} ×"
        shown.add_row(title, f"{figure[0]:.{digits}f}", f"{figure[1]:.{digits}f}", ratio)
    console = Console(file=io.StringIO(), width=110)
    console.print(shown)
    return console.file.getvalue().rstrip()  # type: ignore[attr-defined, no-any-return]


def _costs(first: dict[str, Any], second: dict[str, Any]) -> list[tuple[str, tuple[float, float], int]]:
    return [
        ("Median ms per answer", (first["milliseconds"]["median"], second["milliseconds"]["median"]), 2),
        ("Size in MB", (first["bytes"] / 1e6, second["bytes"] / 1e6), 1),
    ]


def _name(version: dict[str, Any]) -> str:
    return f"{version['model']} {version['version']}"


def _contestant(text: str, name: str) -> Contestant:
    model, _, version = text.rpartition(":")
    return Contestant(model or name, version)
