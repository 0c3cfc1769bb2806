"""Summaries as two pure functions: a text's sentences become rows of tokens, and their vectors a choice among them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from functions.summarize import written
from functions.summarize.schemas import ChosenSentence, SummarizeRequest, SummarizeResponse
from functions.summarize.scorer import FILE, choose, read_scorer
from functions.summarize.sentences import sentences_of
from lectern.errors import FieldError, InvalidRequest
from lectern.labels import UNREADABLE, is_unreadable
from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.normalise import normalise
from lectern.phrases import Span
from lectern.search.reading import pooled, token_ids, windows
from lectern.task import Logits, Rows, Stages, Task

MOST_SENTENCES = 500
"""Of a text: five seconds of reading."""

FROM_THE_BEGINNING = "The summary is the beginning of the text."


def encode(request: SummarizeRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The sentences in their order; the first row of each says so by `features`. None where the text can't be read.

    Raises:
        InvalidRequest: the text has no sentence, or too many.
    """
    parts = sentences_of(request.text)
    if not 0 < len(parts) <= MOST_SENTENCES:
        told = f"has {len(parts)} sentences; the limit is {MOST_SENTENCES}" if parts else "has no sentence"
        raise InvalidRequest("The text can't be summarized.", (FieldError(("text",), told),))
    tokens = [token_ids(tokenizer, normalise(text).text) for text in _texts(request.text, parts)]
    if is_unreadable(request.text, [token for found in tokens for token in found]):
        return []
    return [row for found in tokens for row in _rows(found, manifest.max_length)]


def vectors_of(rows: Rows, logits: Logits) -> np.ndarray[Any, np.dtype[np.float64]]:
    """A vector (width,) of length 1 for each sentence, (sentences, width)."""
    starts = [place for place, row in enumerate(rows) if row.features]
    ends = [*starts[1:], len(rows)]
    found = [pooled(rows[start:end], logits[start:end]) for start, end in zip(starts, ends, strict=True)]
    return np.array(found, dtype=np.float64)


def postprocess(
    request: SummarizeRequest, rows: Rows, logits: Logits, manifest: Manifest, scorer: bytes
) -> dict[str, Any]:
    """The sentences that the scorer chooses; of a text that can't be read the first ones. Raises ReleaseRejected."""
    parts = sentences_of(request.text)
    warnings = []
    if len(parts) < request.sentences:
        warnings.append(f"The text has {len(parts)} of the {request.sentences} sentences that were asked for.")
    if rows:
        known, vectors = read_scorer(scorer), vectors_of(rows, logits)
        weights = known.weights(_texts(request.text, parts), vectors)
        chosen = choose(weights, vectors, request.sentences, known.diversity)
    else:
        weights, chosen = np.full(len(parts), 1 / len(parts)), list(range(min(request.sentences, len(parts))))
        warnings += [UNREADABLE, FROM_THE_BEGINNING]
    found = [_chosen(request.text, parts[place], place, float(weights[place])) for place in chosen]
    return {"summary": " ".join(one.text for one in found), "sentences": found, "warnings": warnings}


def _rows(tokens: Sequence[int], longest: int) -> list[Encoding]:
    """A sentence's rows: one, where it fits."""
    first, *more = windows(tokens, longest)
    return [Encoding(first.input_ids, first.token_type_ids, [1.0]), *more]


def _texts(text: str, parts: Sequence[Span]) -> list[str]:
    return [text[part.start : part.end] for part in parts]


def _chosen(text: str, part: Span, place: int, weight: float) -> ChosenSentence:
    written = text[part.start : part.end]
    return ChosenSentence(start=part.start, end=part.end, text=written, position=place, weight=weight)


TASK = Task(
    "summarize",
    "summaries",
    "/v1/summarize",
    SummarizeRequest,
    SummarizeResponse,
    encode,
    postprocess,
    files=(FILE,),
    heavy="summaries-large",
    by_heavy=Stages(written.encode, written.postprocess, written.then, written.FILES),
)
"""`summaries` is the model's name."""
