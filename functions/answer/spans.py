"""From the logits of a window's tokens to its best span and its case for no answer."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
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
    reached = sliding_window_view(np.append(ends[lead:-1], _NO_ENDS), LONGEST_ANSWER)
    sums = starts[lead:-1, None] + reached
    first, more = np.unravel_index(int(sums.argmax()), sums.shape)
    return Best(lead + int(first), lead + int(first + more), float(sums[first, more]), float(starts[0] + ends[0]))
