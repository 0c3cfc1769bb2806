"""Summaries that a model on an endpoint writes: a text becomes rows of whole sentences, and what it wrote a text.

A text that does not fit into one row is summarized in parts, and then the parts' summaries are.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.summarize.schemas import SummarizeRequest
from functions.summarize.sentences import sentences_of
from lectern.errors import EndpointRejected, FieldError, InvalidRequest
from lectern.manifest import Manifest
from lectern.model import TOKENIZER, Encoding
from lectern.normalise import normalise
from lectern.task import Logits, Rows
from lectern.text import latin_share

LEAST_LATIN = 0.7
"""Of the letters, for a text that the model can read."""

IN_PARTS = "The text is long: its parts were summarized, and then their summaries."

FILES = (TOKENIZER,)
"""What `then` and `postprocess` are given: tokens become text again."""

ENDS = tuple(".!?…\"'”’)")


def encode(request: SummarizeRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The text's sentences in as few rows as hold them, in their order.

    Raises:
        InvalidRequest: there is no sentence, one is longer than a row, or the model can't read the script.
    """
    if latin_share(normalise(request.text).text) < LEAST_LATIN:
        raise _refused("is mostly in a script that the model does not know")
    parts = [request.text[part.start : part.end] for part in sentences_of(request.text)]
    if not parts:
        raise _refused("has no sentence")
    return list(_rows([" ".join(normalise(part).text.split()) for part in parts], tokenizer, manifest.max_length))


def then(request: SummarizeRequest, rows: Rows, logits: Logits, manifest: Manifest, tokenizer: bytes) -> list[Encoding]:
    """The summaries of the parts as one more row, where there are several.

    Raises:
        InvalidRequest: they are longer than a row.
    """
    if len(rows) == 1:
        return []
    known = _read(tokenizer)
    more = list(_rows([_text(known, one) for one in logits], known, manifest.max_length))
    if len(more) > 1:
        raise _refused(f"makes {len(rows)} parts, whose summaries are longer than the model reads at once")
    return more


def postprocess(
    request: SummarizeRequest, rows: Rows, logits: Logits, manifest: Manifest, tokenizer: bytes
) -> dict[str, Any]:
    """What was written last, of at most as many sentences as asked for. Raises EndpointRejected for nothing."""
    text = _text(_read(tokenizer), logits[-1])
    found = [text[part.start : part.end] for part in sentences_of(text)]
    if len(found) > 1 and not found[-1].endswith(ENDS):
        found.pop()  # it was broken off at the greatest length
    if not found:
        raise EndpointRejected("The heavy model wrote nothing.")
    summary = " ".join(found[: request.sentences])
    return {"summary": summary, "sentences": [], "written": True, "warnings": [IN_PARTS] * (len(rows) > 1)}


def _rows(texts: Sequence[str], tokenizer: Tokenizer, longest: int) -> Iterator[Encoding]:
    """Texts side by side, with spaces between, in rows of at most `longest` tokens. Raises InvalidRequest."""
    room = longest - len(tokenizer.encode("").ids)
    row, used = list[str](), 0
    for text in texts:
        size = len(tokenizer.encode(f" {text}", add_special_tokens=False).ids)
        if size > room:
            raise _refused(f"has a sentence of {size} tokens; the limit is {room}")
        if used + size > room:
            yield _row(row, tokenizer)
            row, used = [], 0
        row.append(text)
        used += size
    yield _row(row, tokenizer)


def _row(texts: Sequence[str], tokenizer: Tokenizer) -> Encoding:
    ids = tokenizer.encode(" ".join(texts)).ids
    return Encoding(ids, [0] * len(ids))


def _text(tokenizer: Tokenizer, tokens: NDArray[np.float32]) -> str:
    text: str = tokenizer.decode([int(token) for token in tokens], skip_special_tokens=True)
    return text.strip()


@lru_cache(2)
def _read(tokenizer: bytes) -> Tokenizer:
    return Tokenizer.from_buffer(tokenizer)


def _refused(told: str) -> InvalidRequest:
    return InvalidRequest("The text can't be summarized in new words.", (FieldError(("text",), told),))
