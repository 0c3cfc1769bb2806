"""The page of what classifiers of texts reach: docs/results/texts.md, out of their adapters' evaluations alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model_store.catalogue import ADAPTERS

PAGE = "texts.md"
CLASSIFIERS = ("sentiment", "question-type", "bloom")


def compose(adapters: Path = ADAPTERS) -> str:
    """The page. Raises OSError where something was not measured yet."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    rows = [row for model in CLASSIFIERS for row in _rows(adapters, model)]
    return environment.get_template("texts.md.j2").render(rows=rows, schemes=list(_rows(adapters, "sentences")))


def _rows(adapters: Path, model: str) -> Iterator[dict[str, Any]]:
    evaluation = json.loads((adapters / model / "evaluation.json").read_text("utf-8"))
    for name, metrics in evaluation["metrics"].items():
        low, high = evaluation["int8_against_fp32"][name]["accuracy_95"]
        yield {"model": model, "name": name, **metrics, "low": low, "high": high}
