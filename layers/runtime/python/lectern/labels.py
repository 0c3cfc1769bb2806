"""What functions that give a text a label share: its windows of tokens, its label with confidence, what moved it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from tokenizers import Tokenizer

from lectern.effects import phrase_effects
from lectern.manifest import DEFAULT_ERROR_BUDGET, Manifest
from lectern.model import Encoding
from lectern.normalise import normalise
from lectern.probe import Probe
from lectern.schemas import PhraseEffect, Request, Response
from lectern.text import latin_share

CLS, SEP, UNKNOWN = 101, 102, 100
"""Token ids in the vocabulary of BERT's uncased models."""

UNKNOWN_SHARE = 0.3
"""From this share of letters that are not Latin, or of unknown tokens, on the model can't read the text."""

UNREADABLE = "The text is mostly in a script or in characters that the model does not know."
IN_WINDOWS = "The text is long and was read in windows; the label is by their mean."


class Explanation(BaseModel):
    """What moved the label: an `effect` is what its probability loses without the phrase. The largest comes first."""

    text: list[PhraseEffect]


class LabelResponse(Response):
    """The label. `confidence` is the calibrated probability that it is right, and no more than chance where the text
    can't be read.
    """

    label: str
    probabilities: dict[str, float]
    confidence: float
    needs_review: bool
    explanation: Explanation | None = None


def text_rows(text: str, tokenizer: Tokenizer, manifest: Manifest) -> list[Encoding]:
    """The text as it looks, in windows one after another; one, where it fits."""
    tokens = tokenizer.encode(normalise(text).text, add_special_tokens=False).ids
    size = manifest.max_length - 2
    parts = [tokens[start : start + size] for start in range(0, max(1, len(tokens)), size)]
    return [Encoding([CLS, *part, SEP], [0] * (len(part) + 2)) for part in parts]


def mean_output(rows: Sequence[Encoding], outputs: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """The mean (outputs,) over the windows, each weighing as much as it has tokens."""
    mean: NDArray[np.float32] = np.average(outputs, axis=0, weights=[len(row.input_ids) for row in rows])
    return mean.astype(np.float32)


def labelled(
    text: str,
    rows: Sequence[Encoding],
    labels: Sequence[str],
    chances: NDArray[np.float64],
    least: float = 1 - DEFAULT_ERROR_BUDGET,
) -> dict[str, Any]:
    """The response's fields for the chances (labels,) of a text; below the confidence `least` a person looks."""
    warnings = _warnings(text, rows)
    confidence = float(chances.max())
    if UNREADABLE in warnings:
        confidence = min(confidence, 1 / len(labels))
    return {
        "label": labels[int(chances.argmax())],
        "probabilities": dict(zip(labels, chances.tolist(), strict=True)),
        "confidence": confidence,
        "needs_review": confidence < least or UNREADABLE in warnings,
        "warnings": warnings,
    }


def explain(request: Request, fields: dict[str, Any], probe: Probe) -> Explanation:
    """Which phrases of the request's `text` moved the label. Raises DeadlineExceeded."""
    label = fields["label"]
    whole = fields["probabilities"][label]
    return Explanation(text=phrase_effects(request, "text", whole, lambda found: found["probabilities"][label], probe))


def is_unreadable(text: str, tokens: Sequence[int]) -> bool:
    """Whether a text, of these tokens, is mostly in a script or in characters that the model does not know."""
    foreign = latin_share(normalise(text).text) < 1 - UNKNOWN_SHARE
    return foreign or not tokens or tokens.count(UNKNOWN) > UNKNOWN_SHARE * len(tokens)


def _warnings(text: str, rows: Sequence[Encoding]) -> list[str]:
    tokens = [token for row in rows for token in row.input_ids[1:-1]]
    return [UNREADABLE] * is_unreadable(text, tokens) + [IN_WINDOWS] * (len(rows) > 1)
