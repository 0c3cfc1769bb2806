"""One page of results out of what was measured: docs/results/models.md and its picture.

Nothing is computed here: the figures are those of the adapters' evaluations and of docs/results.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from model_store import tasks_results, texts_results
from model_store.attacks.suite import CLEAN
from model_store.catalogue import ADAPTERS
from model_store.pages import OF_ONE, page
from model_store.results_picture import Line, picture
from model_store.templates import template

FOLDER = Path(__file__).parents[1] / "docs" / "results"
PAGE, PICTURE = "models.md", "grading.svg"
SHOWN = 8
"""Attacks on the page; the card has all."""

PUBLISHED = {
    "sciEntsBank unseen answers (test-UA)": 0.720,
    "sciEntsBank unseen questions (validation)": 0.575,
    "sciEntsBank unseen modules (validation)": 0.579,
}
"""BERT-base, fine-tuned, on the official test parts: macro-F1 as commonly quoted; our folds are other questions."""


def compose(adapters: Path = ADAPTERS, folder: Path = FOLDER) -> dict[str, str]:
    """The page's files by name. Raises OSError where something was not measured yet.

    The baselines may be missing, for they are not part of what ships.
    """
    grading, essays = (_read(adapters / name / "evaluation.json") for name in ("grading", "essays"))
    small, baselines = _read(adapters / "grading-small" / "evaluation.json"), folder / "baselines.json"
    attacks = _read(adapters / "grading" / "attacks.json")
    page = template("results.md.j2").render(
        rows=list(_rows(grading, _read(baselines) if baselines.exists() else {})),
        compared=baselines.exists(),
        points=grading["points"],
        attacks=attacks,
        worst=_worst(attacks["rows"]),
        clean=attacks["rows"][CLEAN],
        before=_read(folder / "attacks-before.json"),
        essays=essays,
        small=small,
        smaller=list(_smaller(grading["metrics"], small["metrics"])),
        picture=PICTURE,
    )
    return {PAGE: page, PICTURE: picture(_lines(grading["reliability"]), _lines(grading["curves"]))}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write what `compose` makes; returns the paths."""
    pages = {name: page(name) for name in OF_ONE}
    pages |= {other.PAGE: other.compose() for other in (tasks_results, texts_results)}
    made = compose(folder=folder) | pages
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in made]


def _worst(rows: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    attacks = [(name, row) for name, row in rows.items() if name != CLEAN]
    return sorted(attacks, key=lambda attack: -attack[1]["passed"])[:SHOWN]


def _lines(points: Mapping[str, Sequence[Sequence[float]]]) -> list[Line]:
    """The first two numbers of each point."""
    return [Line(name, [(one[0], one[1]) for one in line]) for name, line in points.items()]


def _rows(grading: Mapping[str, Any], baselines: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name, metrics in grading["metrics"].items():
        if name == "attacks":
            continue
        others = {kind: baselines.get(kind, {}).get(name) for kind in ("plain", "twelve")}
        low, high = grading["int8_against_fp32"][name]["difference_95"]
        yield {"name": name, **metrics, **others, "published": PUBLISHED.get(name), "low": low, "high": high}


def _smaller(whole: Mapping[str, Any], small: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the smaller model reaches of what the whole one does."""
    for name in (name for name in whole if name != "attacks"):
        yield {"name": name, **small[name], "less": small[name]["macro_f1"] - whole[name]["macro_f1"]}


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found
