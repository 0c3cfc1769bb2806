"""From the logits of a window's tokens to its best span and its case for no answer."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 30
"""Tokens of an answer at most."""


@dataclass(frozen=True)
class Best:
    """The best span of a window: its first and last token, counted in the row; its logits, and those of [CLS]."""

    first: int
    last: int
    span: float
    null: float


def best_span(logits: NDArray[np.float32], lead: int) -> Best:
    """The best span from a row's logits (2 · length), start and end of each token in turn.

    `lead` is how many tokens stand before the text's; the row's last one is no part of it either. Raises ValueError
    where the row holds no text.
    """
    starts, ends = logits.reshape(-1, 2).T
    sums = np.where(_possible(len(starts) - lead - 1), np.add.outer(starts[lead:-1], ends[lead:-1]), -np.inf)
    first, last = np.unravel_index(int(sums.argmax()), sums.shape)
    return Best(lead + int(first), lead + int(last), float(sums[first, last]), float(starts[0] + ends[0]))


@lru_cache(64)
def _possible(length: int) -> NDArray[np.bool_]:
    """Which pairs (first, last) are a span: neither backwards nor too long."""
    distance = np.subtract.outer(np.arange(length), np.arange(length)).T
    return (distance >= 0) & (distance < LONGEST_ANSWER)
