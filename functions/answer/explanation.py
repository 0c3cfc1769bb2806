"""Why an answer is what it is: which phrases of the question, and of the text around the answer, it rests on."""

from collections.abc import Sequence
from typing import Any

from functions.answer.schemas import AnswerRequest, Explanation
from lectern.phrases import Span, groups, passages, phrases, without
from lectern.probe import Fields, Probe
from lectern.schemas import PhraseEffect

QUESTION_RUNS, CONTEXT_RUNS = 4, 6
"""Answers beside the plain one, ten at most whatever the length of the texts."""


def explain(request: AnswerRequest, fields: dict[str, Any], probe: Probe) -> Explanation:
    """The explanation of an answer, or of there being none; `fields` are the response's. Raises DeadlineExceeded."""
    asked = [Span(part[0].start, part[-1].end) for part in groups(phrases(request.question), QUESTION_RUNS)]
    read = _around(request.context, fields)
    changed = [{"question": without(request.question, [span])} for span in asked]
    changed += [{"context": without(request.context, [span])} for span in read]
    found = probe.answers([request.model_copy(update=change) for change in changed])
    effects = [round(fields["confidence"] - _remaining(fields["answer"], other), 4) for other in found]
    return Explanation(
        question=_sorted(asked, effects[: len(asked)]),
        context=_sorted(read, effects[len(asked) :]),
    )


def _around(context: str, fields: Fields) -> list[Span]:
    """The phrases nearest to the answer, and none of its own; passages of the text, where there is no answer."""
    if fields["answer"] is None:
        return passages(context, CONTEXT_RUNS)
    start, end = fields["start"], fields["end"]
    others = [span for span in phrases(context) if span.end <= start or span.start >= end]
    return sorted(others, key=lambda span: max(start - span.end, span.start - end))[:CONTEXT_RUNS]


def _remaining(answer: str | None, other: Fields) -> float:
    """The confidence in the same answer, if a changed request still has it."""
    return float(other["confidence"]) if _same(answer, other["answer"]) else 0.0


def _same(answer: str | None, other: str | None) -> bool:
    """Whether both are none, or one is within the other."""
    if answer is None or other is None:
        return answer is other
    return answer.casefold() in other.casefold() or other.casefold() in answer.casefold()


def _sorted(spans: Sequence[Span], effects: Sequence[float]) -> list[PhraseEffect]:
    pairs = sorted(zip(spans, effects, strict=True), key=lambda pair: (-pair[1], pair[0].start))
    return [PhraseEffect(start=span.start, end=span.end, effect=effect) for span, effect in pairs]
