"""Embedding as two pure functions: texts become rows of tokens, and the rows' vectors one vector for each text."""

from dataclasses import replace
from typing import Any

from tokenizers import Tokenizer

from functions.search.schemas import EmbedRequest, EmbedResponse
from lectern.errors import FieldError, InvalidRequest
from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.search.reading import is_unknown, pooled, token_ids, windows
from lectern.task import Logits, Rows, Task

MOST_WINDOWS = 300
"""Runs of the model for one request: about six seconds."""

DIGITS = 7
"""Of a vector's numbers, float32's own."""


def encode(request: EmbedRequest, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The texts in windows, one after another; a text's last row says by `features` that it ends there.

    Raises:
        InvalidRequest: there would be too many windows.
    """
    rows: list[Encoding] = []
    for number, text in enumerate(request.texts):
        tokens = token_ids(tokenizer, text)
        found = windows(tokens, manifest.max_length)
        last = replace(found[-1], features=[float(number), float(is_unknown(text, tokens))])
        rows += [*found[:-1], last]
    if len(rows) > MOST_WINDOWS:
        fault = FieldError(("texts",), f"make {len(rows)} windows together; the limit is {MOST_WINDOWS}")
        raise InvalidRequest("The texts are too long for one request.", (fault,))
    return rows


def postprocess(request: EmbedRequest, rows: Rows, logits: Logits, manifest: Manifest) -> dict[str, Any]:
    """A vector for each text; a long text's is the mean of its windows'."""
    vectors: list[list[float]] = []
    warnings, start = [], 0
    for end, row in enumerate(rows, 1):
        if row.features:
            vector = pooled(rows[start:end], logits[start:end])
            vectors.append(vector.astype(float).round(DIGITS).tolist())
            warnings += _warnings(row, end - start)
            start = end
    return {"vectors": vectors, "warnings": warnings}


def _warnings(last: Encoding, windows: int) -> list[str]:
    number, unknown = last.features
    told = [f"texts.{number:.0f} was read in {windows} windows; its vector is their mean."] if windows > 1 else []
    if unknown:
        told.append(f"texts.{number:.0f} is mostly in a script or in characters that the model does not know.")
    return told


TASK = Task(
    "search",
    "search",
    "/v1/embed",
    EmbedRequest,
    EmbedResponse,
    encode,
    postprocess,
    plain=lambda model, text: {"texts": [text]},
)
