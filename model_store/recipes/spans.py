"""Texts whose phrases have labels too: one run of the encoder over a text serves all of them.

Socher et al. (2013) label every phrase of a parse tree. A phrase's vector is the mean of its tokens' vectors within the
whole text, so that the encoder learns ten labels for the price of one.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from tokenizers import Encoding
from torch import Tensor

from model_store.recipes.natural import natural
from model_store.recipes.texts_data import Text

CLS, SEP = 101, 102
MOST_PARTS = 12
"""Phrases of one text that a step learns from, drawn by chance."""


@dataclass(frozen=True)
class SpanRow:
    """Token ids with [CLS] and [SEP], and (first, end, label index) of labelled spans; the first is the whole."""

    input_ids: list[int]
    spans: list[tuple[int, int, int]]
    finer: int = -1
    """Index of the whole's finer label."""


def written(text: Text) -> Text:
    """A text and its phrases as people write them."""
    parts = tuple((natural(phrase), label) for phrase, label in text.parts)
    return replace(text, text=natural(text.text), parts=parts)


def span_row(
    text: Text, encoded: Encoding, labels: Sequence[str], max_length: int, chance: random.Random | None
) -> SpanRow:
    """A text's ids, cut at `max_length`, and its spans; a text without a label of its own has only its phrases'."""
    ids = [CLS, *encoded.ids[: max_length - 2], SEP]
    whole = (0, len(ids), labels.index(text.label) if text.label else -1)
    if chance is None:
        return SpanRow(ids, [whole])
    parts = chance.sample(text.parts, min(MOST_PARTS, len(text.parts)))
    spans = [(*place, labels.index(label)) for phrase, label in parts if (place := _place(phrase, text.text, encoded))]
    return SpanRow(ids, [whole, *(span for span in spans if span[1] < len(ids))])


def padded(rows: Sequence[SpanRow]) -> dict[str, Tensor]:
    """`inputs_of` the rows; `pools` (batch, spans, length), the share of each token in a span's mean; `labels` (batch,
    spans), and `weights` (batch, spans): 1 for a whole text, and 1 shared out among its phrases.
    """
    inputs = inputs_of(rows)
    most, length = max(len(row.spans) for row in rows), inputs["input_ids"].shape[1]
    pools = np.zeros((len(rows), most, length), dtype=np.float32)
    labels, weights = np.zeros((len(rows), most), dtype=np.int64), np.zeros((len(rows), most), dtype=np.float32)
    for i, row in enumerate(rows):
        for j, (first, end, label) in enumerate(row.spans):
            pools[i, j, first:end] = 1 / (end - first)
            labels[i, j] = max(label, 0)
            weights[i, j] = (label >= 0) / (1 if j == 0 else len(row.spans) - 1)
    finer = np.array([row.finer for row in rows])
    arrays = {"pools": pools, "labels": labels, "weights": weights, "finer": finer}
    return inputs | {name: torch.from_numpy(array) for name, array in arrays.items()}


def inputs_of(rows: Sequence[SpanRow]) -> dict[str, Tensor]:
    """Input ids, token types and mask, each (batch, longest row), padded with zeros."""
    longest = max(len(row.input_ids) for row in rows)
    ids, mask = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(2))
    for i, row in enumerate(rows):
        ids[i, : len(row.input_ids)], mask[i, : len(row.input_ids)] = row.input_ids, 1
    types = torch.zeros(ids.shape, dtype=torch.long)
    return {"input_ids": torch.from_numpy(ids), "token_type_ids": types, "attention_mask": torch.from_numpy(mask)}


def _place(phrase: str, text: str, encoded: Encoding) -> tuple[int, int] | None:
    """First and end token of a phrase in its text, counted with [CLS]; None where it can't be found."""
    start = text.find(phrase)
    if start < 0 or not phrase:
        return None
    inside = [i for i, (a, b) in enumerate(encoded.offsets) if a >= start and b <= start + len(phrase)]
    return (inside[0] + 1, inside[-1] + 2) if inside else None
