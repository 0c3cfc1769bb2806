"""A model's card, written from its facts and its evaluation, so that no figure on it is typed by hand."""

import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from model_store.catalogue import Model

_TEMPLATES = {"essays": "essays_card.md.j2"}


def card(model: Model, facts: dict[str, Any], evaluation: dict[str, Any]) -> str:
    """The card as Markdown; with the table of attacks.json if the evaluation has figures of attacks."""
    environment = Environment(  # noqa: S701 - Markdown, and nothing in it comes from users
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    path = Path(__file__).with_name(_TEMPLATES.get(model.task, "card.md.j2"))
    template = environment.from_string(path.read_text("utf-8"))
    attacks = _attacks(model) if "attacks" in evaluation["metrics"] else None
    return template.render(model=model, facts=facts, evaluation=evaluation, attacks=attacks)


def _attacks(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((model.adapter / "attacks.json").read_text("utf-8"))
    return found
