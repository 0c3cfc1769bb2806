"""Answering as pure functions: a question and a text become windows of tokens, and their logits the best span."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.answer.explanation import explain
from functions.answer.rows import OVERLAP, lead_of, places_of, window_rows
from functions.answer.schemas import AnswerRequest, AnswerResponse
from functions.answer.spans import best_span
from lectern.calibration import confidence_of
from lectern.errors import FieldError, InvalidRequest
from lectern.labels import UNREADABLE, is_unreadable
from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.task import Logits, Rows, Task

LEAST_ROOM = 2 * OVERLAP
"""Tokens of the text that a question must leave room for in a window."""

UNSURE = 0.1
"""The most confidence where the question or the text can't be read."""


class Found(NamedTuple):
    """The best span of a text: its place in characters, and by how much it beats there being no answer."""

    start: int
    end: int
    score: float


def encode(request: AnswerRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The text in overlapping windows, each beside the question; no row where the text has nothing to read.

    Raises:
        InvalidRequest: the question is too long beside a window of the text.
    """
    question = tokenizer.encode(request.question, add_special_tokens=False).ids
    most = manifest.max_length - LEAST_ROOM - len(tokenizer.encode("", "").ids)
    if len(question) > most:
        fault = FieldError(("question",), f"has {len(question)} tokens; the limit is {most}")
        raise InvalidRequest("The question is too long.", (fault,))
    return window_rows(question, request.context, tokenizer, manifest.max_length)


def postprocess(request: AnswerRequest, rows: Rows, logits: Logits, manifest: Manifest) -> dict[str, Any]:
    """The best span of all windows, or none where its score is below the release's threshold."""
    found = best_of(rows, logits) if rows else Found(0, 0, -np.inf)
    warnings = [UNREADABLE] * _unreadable(request, rows)
    confidence = confidence_of(found.score, manifest.calibration)
    fields = {"confidence": min(confidence, UNSURE) if warnings else confidence, "warnings": warnings}
    if found.score < manifest.calibration.least_score:
        return {"answer": None, "start": None, "end": None, **fields}
    answer = request.context[found.start : found.end].lstrip()  # some tokenizers count the space before a word to it
    return {"answer": answer, "start": found.end - len(answer), "end": found.end, **fields}


def best_of(rows: Rows, logits: Sequence[NDArray[np.float32]]) -> Found:
    """The span of the largest logits in any window, less the least case for no answer (Devlin et al., 2019, BERT)."""
    best = [best_span(one, lead_of(row)) for row, one in zip(rows, logits, strict=True)]
    row, span = max(zip(rows, best, strict=True), key=lambda pair: pair[1].span)
    starts, ends = places_of(row)
    first, last = span.first - lead_of(row), span.last - lead_of(row)
    return Found(int(starts[first]), int(ends[last]), span.span - min(one.null for one in best))


def _unreadable(request: AnswerRequest, rows: Rows) -> bool:
    """Whether the model can't read the question or the text."""
    if not rows:
        return True
    asked = rows[0].input_ids[1 : lead_of(rows[0]) - 1]
    read = [token for row in rows for token in row.input_ids[lead_of(row) : -1]]
    return is_unreadable(request.question, asked) or is_unreadable(request.context, read)


TASK = Task(
    "answer",
    "answer",
    "/v1/answer",
    AnswerRequest,
    AnswerResponse,
    encode,
    postprocess,
    explain=explain,
    heavy="answer-large",
)
