"""The page of what answers from a text reach: docs/results/answer.md, out of the adapter's evaluation alone."""

import json
from pathlib import Path

from model_store.catalogue import ADAPTERS
from model_store.templates import template

PAGE = "answer.md"


def compose(adapters: Path = ADAPTERS) -> str:
    """The page. Raises OSError where nothing was measured yet."""
    evaluation = json.loads((adapters / "answer" / "evaluation.json").read_text("utf-8"))
    compared = evaluation["int8_against_fp32"]
    rows = [{"name": name, **figures, **compared[name]} for name, figures in evaluation["metrics"].items()]
    return template("answer.md.j2").render(rows=rows)
