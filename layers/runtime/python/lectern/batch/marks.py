"""An explanation as marked text for the report: phrases of the answer and of its reference, in their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lectern.batch.grades import Grade
from lectern.text import clean

LEAST, FULL = 0.02, 0.5
"""The effect from which on there is a mark, and that from which on it is as strong as it gets."""


@dataclass(frozen=True)
class Mark:
    """A piece of text; `kind` is `for`, `against`, `covered`, `missed`, or empty where nothing is said of it."""

    text: str
    kind: str = ""
    strength: float = 0.0
    note: str = ""


def answer_marks(grade: Grade) -> list[Mark]:
    """The answer, its phrases marked by what they did to the grade."""
    text = clean(grade.row.cells["answer"])
    return _marked(text, _explanation(grade)["answer"], _effect)


def reference_marks(grade: Grade) -> list[Mark]:
    """The reference that was compared, its phrases marked as said or missing; empty where none was compared."""
    phrases = _explanation(grade)["reference"]
    if not phrases or not grade.row.item:
        return []
    text = clean(grade.row.item["references"][phrases[0]["reference"]])
    return _marked(text, phrases, _coverage)


def _explanation(grade: Grade) -> dict[str, Any]:
    found: dict[str, Any] | None = grade.result and grade.result.get("explanation")
    return found or {"answer": [], "reference": []}


def _marked(text: str, phrases: Sequence[Mapping[str, Any]], mark: Any) -> list[Mark]:
    """The whole text in pieces: the phrases, and what stands between them."""
    marks, place = list[Mark](), 0
    for phrase in sorted(phrases, key=lambda phrase: int(phrase["start"])):
        marks += [Mark(text[place : phrase["start"]]), mark(text[phrase["start"] : phrase["end"]], phrase)]
        place = phrase["end"]
    return [piece for piece in (*marks, Mark(text[place:])) if piece.text]


def _effect(text: str, phrase: Mapping[str, Any]) -> Mark:
    effect = phrase["effect"]
    if abs(effect) < LEAST:
        return Mark(text)
    strength = round(min(1.0, abs(effect) / FULL), 2)
    return Mark(text, "for" if effect > 0 else "against", strength, f"{100 * effect:+.0f} %")


def _coverage(text: str, phrase: Mapping[str, Any]) -> Mark:
    return Mark(text, "covered" if phrase["covered"] else "missed", 1.0, "said" if phrase["covered"] else "missing")
