"""Grading as two pure functions: an answer becomes rows of tokens, and logits become a grade."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.grading.adapt import adapt
from functions.grading.explanation import explain
from functions.grading.features import hashed, lexical
from functions.grading.rows import UNKNOWN, apart, assemble, nearest, windows
from functions.grading.schemas import GradeRequest, GradeResponse
from lectern import guards
from lectern.calibration import probabilities, review_threshold
from lectern.errors import FieldError, InvalidRequest
from lectern.manifest import DEFAULT_ERROR_BUDGET, Manifest
from lectern.model import ENCODER, Encoding, segments
from lectern.normalise import normalise
from lectern.packs.features import Embed, Features, features
from lectern.task import Adaptation, Logits, Rows, Task
from lectern.text import is_blank, latin_share

MOST_WINDOWS = 100
"""Runs of the model for one request: about a second."""

LEAST_ANSWER_TOKENS = 48
"""Room that question and reference must leave, so that a window of the answer is worth reading."""

MOST_KEPT, LONGEST_KEPT = 512, 2000
"""Questions and references whose tokens are kept, as a whole class is graded by them; characters of one, at most."""

_kept: WeakKeyDictionary[Tokenizer, dict[str, Sequence[int]]] = WeakKeyDictionary()
"""Their tokens, which go with the tokenizer of a release that is let go."""

UNKNOWN_SHARE = 0.3
"""From this share of letters that are not Latin, or of unknown tokens, on the model can't read the answer."""


def encode(request: GradeRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The answer beside its nearest reference, in windows where it is long; no row where there is nothing to read.

    Raises:
        InvalidRequest: question and a reference leave no room for an answer, or there would be too many windows.
    """
    if is_blank(request.answer):
        return []
    request = as_seen(request)
    answer = _token_ids(tokenizer, request.answer)
    question, *references = (_known_ids(tokenizer, text) for text in (request.question, *request.references))
    rooms = [manifest.max_length - len(assemble(question, reference, []).input_ids) for reference in references]
    for number, room in enumerate(rooms):
        if room < LEAST_ANSWER_TOKENS:
            raise _too_long(number, len(question) + len(references[number]), manifest.max_length)
    best = nearest(request.references, request.answer)
    found = windows(answer, rooms[best])
    if len(found) > MOST_WINDOWS:
        fault = FieldError(("answer",), f"makes {len(found)} windows; the limit is {MOST_WINDOWS}")
        raise InvalidRequest("The answer is too long beside this question and reference.", (fault,))
    if ENCODER not in manifest.files:
        return [assemble(question, references[best], window) for window in found if window]
    counted = lexical(request.question, request.references[best], request.answer), hashed(request.answer)
    return [apart(question, references[best], window, *counted) for window in found if window]


def as_seen(request: GradeRequest) -> GradeRequest:
    """The request with its texts as a reader sees them: what the model reads (`lectern.normalise`)."""
    texts = {
        "question": normalise(request.question).text,
        "references": [normalise(reference).text for reference in request.references],
        "answer": normalise(request.answer).text,
    }
    return request.model_copy(update=texts)


@dataclass(frozen=True)
class _Said:
    """What the model says of a row: chances of the labels; the credit on a scale of points and whether it knows the
    question, where it tells.
    """

    chances: NDArray[np.float64]
    credit: float | None = None
    known: bool = False

    @classmethod
    def of(cls, logits: NDArray[np.float32], manifest: Manifest) -> "_Said":
        labels = len(manifest.labels)
        chances = probabilities(logits[:labels], manifest.calibration)
        if len(logits) == labels:
            return cls(chances)
        return cls(chances, min(1.0, max(0.0, float(logits[labels]))), bool(logits[labels + 1] > 0.5))


def postprocess(request: GradeRequest, rows: Rows, logits: Logits, manifest: Manifest) -> dict[str, Any]:
    """The grade by the row that speaks most for the answer; there are several where a long answer came in windows."""
    if not rows:
        return _blank(manifest)
    options = [_Said.of(row, manifest) for row in logits]
    correct = manifest.labels.index("correct")
    said = max(options, key=lambda option: float(option.chances[correct]))
    chances, confidence = said.chances, float(said.chances.max())
    credit = said.credit if request.max_score > 1 and said.credit is not None else float(chances[correct])
    warnings = _warnings(request, rows)
    threshold = review_threshold(manifest.calibration, _budget(request), said.known)
    return {
        "label": manifest.labels[int(chances.argmax())],
        "probabilities": dict(zip(manifest.labels, chances.tolist(), strict=True)),
        "score": request.score_of(credit),
        "confidence": confidence,
        "needs_review": confidence < threshold or bool(warnings),
        "warnings": warnings,
    }


def observe(request: GradeRequest, rows: Rows, logits: Logits, manifest: Manifest, embed: Embed) -> Features:
    """What a question pack's head sees of an answer. The grader's credit is its score on the finest scale there is."""
    finest = request.model_copy(update={"step": request.max_score / 10_000})
    credit = float(postprocess(finest, rows, logits, manifest)["score"]) / request.max_score
    references = [embed(text, keep=True) for text in request.references]
    return features(request.answer, credit, embed(request.answer), references)


TASK = Task(
    "grading",
    "grading",
    "/v1/grade",
    GradeRequest,
    GradeResponse,
    encode,
    postprocess,
    Adaptation(observe, adapt),
    explain,
    heavy="grading-large",
    models=("grading", "grading-small"),
)


def _known_ids(tokenizer: Tokenizer, text: str) -> Sequence[int]:
    """Token ids of a text that comes again; an answer's are not kept."""
    kept = _kept.setdefault(tokenizer, {})
    ids = kept.get(text)
    if ids is None:
        ids = tuple(_token_ids(tokenizer, text))
        if len(text) <= LONGEST_KEPT:
            if len(kept) >= MOST_KEPT:
                kept.clear()
            kept[text] = ids
    return ids


def _token_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def _budget(request: GradeRequest) -> float:
    return DEFAULT_ERROR_BUDGET if request.error_budget is None else request.error_budget


def _blank(manifest: Manifest) -> dict[str, Any]:
    chances = {label: float(label == "incorrect") for label in manifest.labels}
    return {"label": "incorrect", "probabilities": chances, "score": 0.0, "confidence": 1.0, "needs_review": False}


def _warnings(request: GradeRequest, rows: Sequence[Encoding]) -> list[str]:
    """What a teacher should know of how the answer was read."""
    seen, warnings = as_seen(request), []
    answer = [token for row in rows for token in segments(row)[-1]]
    foreign = latin_share(seen.answer) < 1 - UNKNOWN_SHARE
    if foreign or answer.count(UNKNOWN) > UNKNOWN_SHARE * len(answer):
        warnings.append("The answer is mostly in a script or in characters that the model does not know.")
    if len(rows) > 1:
        warnings.append("The answer is long and was read in overlapping windows; the best one counts.")
    if normalise(request.answer).disguised:
        warnings.append("The answer holds invisible characters or letters of another script that look like Latin ones.")
    return warnings + guards.warnings(seen.question, seen.references, seen.answer)


def _too_long(number: int, tokens: int, limit: int) -> InvalidRequest:
    most = limit - LEAST_ANSWER_TOKENS - 4
    fault = FieldError(("references", number), f"has {tokens} tokens together with the question; the limit is {most}")
    return InvalidRequest("The question and a reference are too long for the model.", (fault,))
