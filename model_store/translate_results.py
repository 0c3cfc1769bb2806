"""The page of what the translator reaches: docs/results/translate.md, out of its adapter's evaluation alone."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model_store.catalogue import ADAPTERS

PAGE = "translate.md"


def compose(adapters: Path = ADAPTERS) -> str:
    """The page. Raises OSError where nothing was measured yet."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    evaluation = json.loads((adapters / "translate" / "evaluation.json").read_text("utf-8"))
    return environment.get_template("translate.md.j2").render(evaluation=evaluation)
