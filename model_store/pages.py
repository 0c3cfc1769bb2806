"""Pages out of what was measured: an adapter's evaluation.json through a template of the page's name."""

import json
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from model_store.catalogue import ADAPTERS

OF_ONE = {"roles.md": "roles", "summaries.md": "summaries"}
"""Pages of one model each."""


def page(name: str, adapters: Path = ADAPTERS) -> str:
    """The page of that name. Raises OSError where its model was not measured yet."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    evaluation = json.loads((adapters / OF_ONE[name] / "evaluation.json").read_text("utf-8"))
    return environment.get_template(f"{name}.j2").render(evaluation=evaluation)
