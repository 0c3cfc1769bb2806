"""Examples as padded batches of token ids, and the references that a training step sees."""

import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from functions.grading.rows import assemble, nearest
from model_store.recipes.data import Example

Row = tuple[list[int], list[int], list[int]]
"""Token ids of question, reference and answer."""


class TokenCache:
    """Token ids by text: questions and references repeat thousands of times."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._ids: dict[str, list[int]] = {}

    def __call__(self, text: str) -> list[int]:
        """Ids of a text without special tokens."""
        if text not in self._ids:
            self._ids[text] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._ids[text]


def training_reference(example: Example, chance: random.Random) -> str:
    """The reference beside which a training step sees an answer.

    Grading takes the nearest: a right answer must look right beside that one, a wrong one must look wrong beside each.
    """
    if chance.random() < (0.1 if example.label == "correct" else 0.5):
        return chance.choice(example.references)
    return example.references[nearest(example.references, example.answer)]


def shuffled_batches(rows: Sequence[Row], size: int, chance: random.Random) -> Iterator[list[int]]:
    """Indices in batches of similar length, in random order: sorted within pools of 50 batches."""
    order = list(range(len(rows)))
    chance.shuffle(order)
    batches = []
    for start in range(0, len(order), size * 50):
        pool = sorted(order[start : start + size * 50], key=lambda i: sum(map(len, rows[i])))
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    chance.shuffle(batches)
    yield from batches


def tensors(rows: Sequence[Row], max_length: int) -> dict[str, Tensor]:
    """Input ids, token types and mask, each (batch, longest row), padded with zeros, cut at `max_length`."""
    pairs = [assemble(question, reference, answer) for question, reference, answer in rows]
    longest = min(max_length, max(len(pair.input_ids) for pair in pairs))
    ids, types, mask = (np.zeros((len(pairs), longest), dtype=np.int64) for _ in range(3))
    for i, pair in enumerate(pairs):
        length = min(longest, len(pair.input_ids))
        ids[i, :length], types[i, :length], mask[i, :length] = pair.input_ids[:length], pair.token_type_ids[:length], 1
    return {
        "input_ids": torch.from_numpy(ids),
        "token_type_ids": torch.from_numpy(types),
        "attention_mask": torch.from_numpy(mask),
    }
