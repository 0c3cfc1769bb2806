"""Rows of a question and a window of a text, with where the answer is in it, as batches for a training step."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from model_store.recipes.answers import INPUTS

CLS, SEP = 101, 102
STEP = 8
"""Batches are as long as a multiple of so many tokens: PyTorch keeps buffers for each length that it has met."""


@dataclass(frozen=True)
class SpanRow:
    """Token ids, how many of them are the question's with [CLS] and [SEP], and the answer's first and last token.

    Both are 0, the place of [CLS], where the window has no answer.
    """

    input_ids: list[int]
    question: int
    first: int = 0
    last: int = 0


def batches(rows: list[SpanRow], size: int, chance: random.Random) -> Iterator[dict[str, Tensor]]:
    """All rows, each beside others of its length, in random order."""
    pools = [rows[start : start + size * 50] for start in range(0, len(rows), size * 50)]
    ordered = [sorted(pool, key=lambda row: len(row.input_ids)) for pool in pools]
    parts = [pool[i : i + size] for pool in ordered for i in range(0, len(pool), size)]
    chance.shuffle(parts)
    yield from map(padded, parts)


def padded(rows: Sequence[SpanRow]) -> dict[str, Tensor]:
    """Input ids, token types and mask, each (batch, length), padded with zeros; `spans` (batch, 2)."""
    longest = -(-max(len(row.input_ids) for row in rows) // STEP) * STEP
    ids, types, mask = (np.zeros((len(rows), longest), dtype=np.int64) for _ in range(3))
    for i, row in enumerate(rows):
        length = len(row.input_ids)
        ids[i, :length], types[i, row.question : length], mask[i, :length] = row.input_ids, 1, 1
    spans = np.array([(row.first, row.last) for row in rows], dtype=np.int64)
    arrays = {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "spans": spans}
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def whole_row(tokenizer: Tokenizer, question: str, text: str) -> dict[str, Tensor]:
    """The inputs of one row of a question and the whole of a text."""
    asked, read = (tokenizer.encode(part, add_special_tokens=False).ids for part in (question, text))
    row = SpanRow([CLS, *asked, SEP, *read, SEP], len(asked) + 2)
    batch = padded([row])
    return {name: batch[name][:, : len(row.input_ids)] for name in INPUTS}
