"""Why a grade is what it is: which phrases of the answer moved it, and what of the reference the answer covers."""

from collections.abc import Callable
from typing import Any

from functions.grading.schemas import Explanation, GradeRequest, ReferencePhrase
from lectern.coverage import similarities
from lectern.effects import phrase_effects
from lectern.errors import InvalidRequest
from lectern.phrases import phrases
from lectern.probe import Probe, Reading
from lectern.schemas import PhraseEffect
from lectern.text import is_blank

COVERED = 0.55
"""The similarity from which on a phrase is said: where the phrases of correct training answers' references part best
from those of incorrect ones (`lectern models evaluate-explanations` finds it anew)."""


def explain(request: GradeRequest, fields: dict[str, Any], probe: Probe) -> Explanation:
    """The explanation of a grade; `fields` are the response's. Raises DeadlineExceeded."""
    if is_blank(request.answer):
        return Explanation(answer=[], reference=[])
    covered = compare(request, probe.read) if probe.read else []
    return Explanation(answer=_effects(request, fields, probe), reference=covered)


def _effects(request: GradeRequest, fields: dict[str, Any], probe: Probe) -> list[PhraseEffect]:
    label = fields["label"]
    whole = fields["probabilities"][label]
    try:
        return phrase_effects(request, "answer", whole, lambda grade: grade["probabilities"][label], probe)
    except InvalidRequest:  # without a phrase another reference can be nearest, and leave a very long answer no room
        return []


def compare(request: GradeRequest, read: Callable[[str, bool], Reading]) -> list[ReferencePhrase]:
    """The phrases of the reference that the answer covers best; the other references are other ways to be right."""
    answer, question = read(request.answer, False), read(request.question, True)
    references = [read(reference, True) for reference in request.references]
    options = [_phrases(number, reference, question, answer) for number, reference in enumerate(references)]
    return max(options, key=lambda option: sum(phrase.similarity for phrase in option) / max(1, len(option)))


def _phrases(number: int, reference: Reading, question: Reading, answer: Reading) -> list[ReferencePhrase]:
    """The reference's phrases, but for those that the question says already, unless it says them all."""
    parts = phrases(reference.text)
    given = similarities(reference, parts, question)
    asked = [part for part, value in zip(parts, given, strict=True) if value < COVERED] or parts
    return [
        ReferencePhrase(
            reference=number, start=part.start, end=part.end, covered=value >= COVERED, similarity=round(value, 4)
        )
        for part, value in zip(asked, similarities(reference, asked, answer), strict=True)
    ]
