"""The page of what classifiers of texts reach: docs/results/texts.md, out of their adapters' evaluations alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from model_store.catalogue import ADAPTERS
from model_store.templates import template

PAGE = "texts.md"
CLASSIFIERS = ("sentiment", "question-type", "bloom")


def compose(adapters: Path = ADAPTERS) -> str:
    """The page. Raises OSError where something was not measured yet."""
    rows = [row for model in CLASSIFIERS for row in _rows(adapters, model)]
    return template("texts.md.j2").render(rows=rows, schemes=list(_rows(adapters, "sentences")))


def _rows(adapters: Path, model: str) -> Iterator[dict[str, Any]]:
    evaluation = json.loads((adapters / model / "evaluation.json").read_text("utf-8"))
    for name, metrics in evaluation["metrics"].items():
        low, high = evaluation["int8_against_fp32"][name]["accuracy_95"]
        yield {"model": model, "name": name, **metrics, "low": low, "high": high}
