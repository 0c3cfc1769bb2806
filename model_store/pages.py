"""Pages out of what was measured: an adapter's evaluation.json through a template of the page's name."""

import json
from pathlib import Path

from model_store.catalogue import ADAPTERS
from model_store.templates import template

OF_ONE = {"answer.md": "answer", "roles.md": "roles", "summaries.md": "summaries", "translate.md": "translate"}
"""Pages of one model each."""


def page(name: str, adapters: Path = ADAPTERS) -> str:
    """The page of that name. Raises OSError where its model was not measured yet."""
    evaluation = json.loads((adapters / OF_ONE[name] / "evaluation.json").read_text("utf-8"))
    return template(f"{name}.j2").render(evaluation=evaluation)
