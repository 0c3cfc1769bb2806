"""A model's card, written from its facts and its evaluation, so that no figure on it is typed by hand."""

import json
from collections.abc import Iterator
from typing import Any

from model_store.catalogue import Model
from model_store.templates import template

_TEMPLATES = {
    "essays": "essays_card.md.j2",
    "grader": "grader_card.md.j2",
    "embedding": "search_card.md.j2",
    "sentences": "sentences_card.md.j2",
    "translator": "translate_card.md.j2",
    "spans": "answer_card.md.j2",
    "sentiment": "texts_card.md.j2",
    "classify": "texts_card.md.j2",
    "roles": "roles_card.md.j2",
    "summaries": "summaries_card.md.j2",
}
"""By how a model is put together, else by its task."""


def card(model: Model, facts: dict[str, Any], evaluation: dict[str, Any]) -> str:
    """The card as Markdown; with the table of attacks.json if the evaluation has figures of attacks."""
    name = _TEMPLATES.get(facts.get("kind", model.task), "card.md.j2")
    attacks = _attacks(model) if "attacks" in evaluation["metrics"] else None
    thresholds = list(_thresholds(evaluation.get("calibration", {})))
    return template(name).render(
        model=model, facts=facts, evaluation=evaluation, attacks=attacks, thresholds=thresholds
    )


def _thresholds(calibration: dict[str, Any]) -> Iterator[tuple[float, float | None, float | None]]:
    """Each error budget with the confidence that known and other questions need; None: everything is reviewed."""
    names = ("known", "thresholds")
    known, other = ({e["budget"]: e["confidence"] for e in calibration.get(name, ())} for name in names)
    for budget in sorted(known.keys() | other.keys()):
        yield budget, known.get(budget), other.get(budget)


def _attacks(model: Model) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((model.adapter / "attacks.json").read_text("utf-8"))
    return found
