"""Why a grade is what it is: which phrases of the answer moved it, and what of the reference the answer covers."""

from collections.abc import Sequence
from typing import Any

from functions.grading.schemas import Explanation, GradeRequest, ReferencePhrase
from lectern.coverage import similarities
from lectern.perturbation import influences
from lectern.phrases import phrases
from lectern.probe import Probe, Reading
from lectern.task import PhraseEffect
from lectern.text import is_blank

COVERED = 0.6
"""The similarity from which on a phrase of the reference counts as said."""


def explain(request: GradeRequest, fields: dict[str, Any], probe: Probe) -> Explanation:
    """The explanation of a grade; `fields` are the response's. Raises DeadlineExceeded."""
    if is_blank(request.answer):
        return Explanation(answer=[], reference=[])
    return Explanation(answer=_answer(request, fields, probe), reference=_reference(request, probe))


def _answer(request: GradeRequest, fields: dict[str, Any], probe: Probe) -> list[PhraseEffect]:
    label = fields["label"]

    def ask(answers: Sequence[str]) -> list[float]:
        changed = [request.model_copy(update={"answer": answer}) for answer in answers]
        return [grade["probabilities"][label] for grade in probe.answers(changed)]

    found = influences(request.answer, fields["probabilities"][label], ask)
    return [PhraseEffect(start=f.span.start, end=f.span.end, effect=round(f.effect, 4)) for f in found]


def _reference(request: GradeRequest, probe: Probe) -> list[ReferencePhrase]:
    """The phrases of the reference that the answer covers best; the other ones are other ways to be right."""
    answer = probe.read(request.answer)
    covered = [_covered(n, probe.read(reference), answer) for n, reference in enumerate(request.references)]
    return max(covered, key=_share)


def _covered(number: int, reference: Reading, answer: Reading) -> list[ReferencePhrase]:
    parts = phrases(reference.text)
    return [
        ReferencePhrase(
            reference=number, start=part.start, end=part.end, covered=value >= COVERED, similarity=round(value, 4)
        )
        for part, value in zip(parts, similarities(reference, parts, answer), strict=True)
    ]


def _share(parts: Sequence[ReferencePhrase]) -> float:
    return sum(part.similarity for part in parts) / max(1, len(parts))
