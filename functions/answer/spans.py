"""From the logits of a window's tokens to its best span and its case for no answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LONGEST_ANSWER = 30
"""Tokens of an answer at most."""

_NO_ENDS = np.full(LONGEST_ANSWER - 1, -np.inf, dtype=np.float32)
"""Behind the text's last token."""


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
    if len(starts) - 1 <= lead:
        raise ValueError("a row that is empty of text has no span")
    sums = starts[lead:-1, None] + _within_reach(ends[lead:-1])
    first, more = divmod(int(sums.argmax()), LONGEST_ANSWER)
    return Best(lead + first, lead + first + more, float(sums[first, more]), float(starts[0] + ends[0]))


def _within_reach(ends: NDArray[np.float32]) -> NDArray[np.float32]:
    """For each token (tokens, LONGEST_ANSWER): its end and those after it; numpy's own view takes .2 ms more."""
    padded = np.concatenate([ends, _NO_ENDS])
    return np.ndarray((len(ends), LONGEST_ANSWER), padded.dtype, padded, strides=2 * padded.strides)
