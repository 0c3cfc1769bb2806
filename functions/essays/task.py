"""Essays as two pure functions: an essay becomes windows of tokens, and their mean vectors become a score."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.essays.explanation import EXACT, explain
from functions.essays.features import measures, ngrams
from functions.essays.heads import FILE, GENERAL, Heads, Reading, read_heads
from functions.essays.schemas import EssayRequest, EssayResponse, Scale, Trait
from lectern.errors import FieldError, InvalidRequest
from lectern.manifest import DEFAULT_ERROR_BUDGET, Manifest
from lectern.model import Encoding
from lectern.task import Task
from lectern.text import is_blank, latin_share

CLS, SEP, UNKNOWN = 101, 102, 100
"""Token ids in the vocabulary of BERT's uncased models."""

OVERLAP = 64
"""Tokens that a window shares with the one before, so that no sentence is read without its beginning."""

MOST_WINDOWS = 120
"""Runs of the encoder for one request: three to five seconds, some 20,000 English words."""

UNKNOWN_SHARE = 0.3
"""From this share of letters that are not Latin, or of unknown tokens, on the model can't read the essay."""

LEAST_RELEVANCE = 0.15
"""Below this cosine of essay and prompt the essay seems to be about something else. How many essays lie below it beside
their own prompt and beside others is among the figures of `lectern models evaluate essays`."""

UNKNOWN_PROMPT = "The essay's prompt is none that the model was trained on: the score goes by the writing alone."

ESSAY, PROMPT = 0, 1
"""What a row's segment says: whose text it is."""


def encode(request: EssayRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The essay, and the prompt where it is a text, in overlapping windows; no row where there is nothing to read.

    Raises:
        InvalidRequest: there would be too many windows.
    """
    if is_blank(request.essay):
        return []
    size = manifest.max_length - 2
    rows = _rows(_token_ids(tokenizer, request.essay), size, ESSAY)
    if request.prompt is not None and request.prompt not in manifest.labels:
        rows += _rows(_token_ids(tokenizer, request.prompt), size, PROMPT)
    if len(rows) > MOST_WINDOWS:
        fault = FieldError(("essay",), f"makes {len(rows)} windows with the prompt; the limit is {MOST_WINDOWS}")
        raise InvalidRequest("The essay is too long.", (fault,))
    return rows


def windows(tokens: list[int], size: int) -> list[list[int]]:
    """The tokens in windows of `size`, the last one at the end of the text; one window where they fit."""
    last = max(0, len(tokens) - size)
    starts = [*range(0, last, size - OVERLAP), last]
    return [tokens[start : start + size] for start in starts]


def pooled(rows: Sequence[Encoding], vectors: Sequence[NDArray[np.float32]]) -> NDArray[np.float64]:
    """The mean (hidden,) of windows' mean vectors (hidden,), each weighing as much as it has tokens.

    A text that isn't blank can have none, as U+FFFD has none: its one window is [CLS] [SEP].
    """
    lengths = np.array([max(1, len(row.input_ids) - 2) for row in rows])
    weighed = np.array(vectors, dtype=np.float64) * lengths[:, None]
    mean: NDArray[np.float64] = weighed.sum(axis=0) / lengths.sum()
    return mean


def postprocess(
    request: EssayRequest,
    rows: Sequence[Encoding],
    logits: Sequence[NDArray[np.float32]],
    manifest: Manifest,
    heads_file: bytes,
) -> dict[str, Any]:
    """The score; `logits` are the windows' mean vectors, `heads_file` the release's `heads.npz`.

    Raises:
        ReleaseRejected: the file is none.
    """
    return score(request, rows, logits, manifest, read_heads(heads_file)) if rows else _blank(request)


def score(
    request: EssayRequest,
    rows: Sequence[Encoding],
    vectors: Sequence[NDArray[np.float32]],
    manifest: Manifest,
    heads: Heads,
) -> dict[str, Any]:
    """The score by the head of the essay's prompt, or by the general one where the prompt is unknown."""
    essay = [row for row in rows if row.token_type_ids[0] == ESSAY]
    vector = pooled(essay, vectors[: len(essay)])
    reading = Reading(ngrams(request.essay), measures(request.essay, int(essay[-1].features[0])), vector)
    said = heads.scores(reading)
    seen, sure = heads.recognised(said)
    name = request.prompt if request.prompt in manifest.labels else seen or GENERAL
    doubts = _doubts(request, essay, heads.oddness(name, reading)) + _doubts_of_prompt(request, name, seen, sure)
    about = rows[len(essay) :]
    if about and _cosine(vector, pooled(about, vectors[len(essay) :])) < LEAST_RELEVANCE:
        doubts.append("The essay seems not to be about the prompt.")
    fields = _scored(request.scale, name, float(said[heads.names.index(name)]), heads)
    budget = DEFAULT_ERROR_BUDGET if request.error_budget is None else request.error_budget
    return fields | {
        "needs_review": fields["confidence"] < 1 - budget or bool(doubts),
        "traits": {trait: _trait(float(said[row]), heads.limits(row)) for trait, row in heads.traits(name).items()},
        "known_prompt": None if name == GENERAL else name,
        "warnings": doubts + ([UNKNOWN_PROMPT] if name == GENERAL else []),
    }


TASK = Task(
    "essays",
    "essays",
    "/v1/essays/score",
    EssayRequest,
    EssayResponse,
    encode,
    postprocess,
    explain=explain,
    files=(FILE,),
)


def rounded(fraction: float, scale: Scale) -> float:
    """The scale's score that is nearest to a fraction of its range."""
    most = math.floor(scale.range / scale.spacing + 1e-9)
    steps = min(most, max(0, math.floor(fraction * scale.range / scale.spacing + 0.5)))
    return round(scale.min + steps * scale.spacing, 9)


def _scored(scale: Scale, name: str, said: float, heads: Heads) -> dict[str, Any]:
    """Score, confidence and tolerance in points of the scale."""
    score = rounded(said, scale)
    part = (score - scale.min) / scale.range, scale.tolerance / scale.range, scale.spacing / scale.range
    confidence, exact = heads.confidence(name, said, *part), scale.min + said * scale.range
    return {"score": score, "confidence": confidence, "tolerance": scale.tolerance, EXACT: exact}


def _doubts(request: EssayRequest, rows: Sequence[Encoding], oddness: float) -> list[str]:
    """What speaks against any score of the essay, whatever the confidence."""
    doubts, tokens = [], [token for row in rows for token in row.input_ids]
    foreign = latin_share(request.essay) < 1 - UNKNOWN_SHARE
    if foreign or tokens.count(UNKNOWN) > UNKNOWN_SHARE * len(tokens):
        doubts.append("The essay is mostly in a script or in characters that the model does not know.")
    if oddness > 1:
        doubts.append("The essay is written unlike any that the model was trained on.")
    return doubts


def _doubts_of_prompt(request: EssayRequest, name: str, seen: str | None, sure: bool) -> list[str]:
    """What speaks against the score's prompt."""
    if name == GENERAL or (name == seen and (sure or name == request.prompt)):
        return []
    if name == request.prompt:
        return ["The essay does not read like the others to this prompt."]
    return ["The essay may be to another prompt than the one that it was scored for."]


def _blank(request: EssayRequest) -> dict[str, Any]:
    sure = {"confidence": 1.0, "tolerance": request.scale.tolerance, "needs_review": False}
    known: dict[str, Any] = {"traits": {}, "known_prompt": None, "warnings": []}
    return {"score": request.scale.min, EXACT: request.scale.min, **sure, **known}


def _trait(said: float, limits: tuple[float, float]) -> Trait:
    """A trait's score, in halves as two readers' means are."""
    scale = Scale(min=limits[0], max=limits[1], step=0.5)
    return Trait(score=rounded(said, scale), min=scale.min, max=scale.max)


def _cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _rows(tokens: list[int], size: int, kind: int) -> list[Encoding]:
    """The windows as rows; the last also says how many tokens the whole text has."""
    found = windows(tokens, size)
    rows = [Encoding([CLS, *window, SEP], [kind] * (len(window) + 2)) for window in found]
    return [*rows[:-1], replace(rows[-1], features=[float(len(tokens))])]


def _token_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids
