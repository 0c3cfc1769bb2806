"""Grading as two pure functions: an answer becomes rows of tokens, and logits become a grade."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.grading.explanation import explain
from functions.grading.schemas import GradeRequest, GradeResponse
from lectern.calibration import DEFAULT_ERROR_BUDGET, probabilities, review_threshold
from lectern.errors import FieldError, InvalidRequest
from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.task import Task
from lectern.text import is_blank, latin_share

CLS, SEP, UNKNOWN = 101, 102, 100
"""Token ids in the vocabulary of BERT's uncased models."""

MOST_WINDOWS = 100
"""Runs of the model for one request: about a second."""

LEAST_ANSWER_TOKENS = 48
"""Room that question and reference must leave, so that a window of the answer is worth reading."""

UNKNOWN_SHARE = 0.3
"""From this share of letters that are not Latin, or of unknown tokens, on the model can't read the answer."""


def encode(request: GradeRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The answer beside its nearest reference, in windows where it is long; no row where there is nothing to read.

    Raises:
        InvalidRequest: question and a reference leave no room for an answer, or there would be too many windows.
    """
    if is_blank(request.answer):
        return []
    question, answer, *references = _token_ids(tokenizer, [request.question, request.answer, *request.references])
    rooms = [manifest.max_length - len(assemble(question, reference, []).input_ids) for reference in references]
    for number, room in enumerate(rooms):
        if room < LEAST_ANSWER_TOKENS:
            raise _too_long(number, len(question) + len(references[number]), manifest.max_length)
    best = nearest(request.references, request.answer)
    found = windows(answer, rooms[best])
    if len(found) > MOST_WINDOWS:
        fault = FieldError(("answer",), f"makes {len(found)} windows; the limit is {MOST_WINDOWS}")
        raise InvalidRequest("The answer is too long beside this question and reference.", (fault,))
    return [assemble(question, references[best], window) for window in found if window]


def nearest(references: Sequence[str], answer: str) -> int:
    """Which reference shares most words with the answer (Jaccard index), the first of equals."""
    words = set(answer.lower().split())
    shares = [_jaccard(words, set(reference.lower().split())) for reference in references]
    return shares.index(max(shares))


def assemble(question: list[int], reference: list[int], answer: list[int]) -> Encoding:
    """[CLS] question [SEP] reference [SEP] answer [SEP], the answer (with its [SEP]) as the second segment."""
    first = [CLS, *question, SEP, *reference, SEP]
    return Encoding([*first, *answer, SEP], [0] * len(first) + [1] * (len(answer) + 1))


def windows(tokens: list[int], size: int) -> list[list[int]]:
    """The tokens in windows of `size` that overlap by half; one window where they fit."""
    stride = max(1, size // 2)
    last = max(0, len(tokens) - size)
    starts = [*range(0, last, stride), last]
    return [tokens[start : start + size] for start in starts]


def postprocess(
    request: GradeRequest, rows: Sequence[Encoding], logits: Sequence[NDArray[np.float32]], manifest: Manifest
) -> dict[str, Any]:
    """The grade by the row that speaks most for the answer; there are several where a long answer came in windows."""
    if not rows:
        return _blank(manifest)
    options = [probabilities(row, manifest.calibration) for row in logits]
    correct = manifest.labels.index("correct")
    chances = max(options, key=lambda option: float(option[correct]))
    confidence = float(chances.max())
    warnings = _warnings(request, rows)
    threshold = review_threshold(manifest.calibration, _budget(request))
    return {
        "label": manifest.labels[int(chances.argmax())],
        "probabilities": dict(zip(manifest.labels, chances.tolist(), strict=True)),
        "score": _score(float(chances[correct]), request),
        "confidence": confidence,
        "needs_review": confidence < threshold or bool(warnings),
        "warnings": warnings,
    }


TASK = Task("grading", "grading", "/v1/grade", GradeRequest, GradeResponse, encode, postprocess, explain)


def _jaccard(first: set[str], second: set[str]) -> float:
    return len(first & second) / max(1, len(first | second))


def _token_ids(tokenizer: Tokenizer, texts: list[str]) -> list[list[int]]:
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def _budget(request: GradeRequest) -> float:
    return DEFAULT_ERROR_BUDGET if request.error_budget is None else request.error_budget


def _score(credit: float, request: GradeRequest) -> float:
    """The expected credit on the question's scale: the nearest multiple of the step that max_score holds."""
    step = request.max_score / 100 if request.step is None else request.step
    most = math.floor(request.max_score / step + 1e-9)
    return round(min(most, round(credit * request.max_score / step)) * step, 9)


def _blank(manifest: Manifest) -> dict[str, Any]:
    chances = {label: float(label == "incorrect") for label in manifest.labels}
    return {"label": "incorrect", "probabilities": chances, "score": 0.0, "confidence": 1.0, "needs_review": False}


def _warnings(request: GradeRequest, rows: Sequence[Encoding]) -> list[str]:
    """What a teacher should know of how the answer was read."""
    warnings = []
    answer = [token for row in rows for token, kind in zip(row.input_ids, row.token_type_ids, strict=True) if kind]
    foreign = latin_share(request.answer) < 1 - UNKNOWN_SHARE
    if foreign or answer.count(UNKNOWN) > UNKNOWN_SHARE * len(answer):
        warnings.append("The answer is mostly in a script or in characters that the model does not know.")
    if len(rows) > 1:
        warnings.append("The answer is long and was read in overlapping windows; the best one counts.")
    return warnings


def _too_long(number: int, tokens: int, limit: int) -> InvalidRequest:
    most = limit - LEAST_ANSWER_TOKENS - 4
    fault = FieldError(("references", number), f"has {tokens} tokens together with the question; the limit is {most}")
    return InvalidRequest("The question and a reference are too long for the model.", (fault,))
