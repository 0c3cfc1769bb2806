"""Texts that are nearly the same, as groups, so that a split can keep them together."""

from collections.abc import Sequence

import numpy as np

ALIKE = 0.6
"""Two texts with this share of their words in common (Jaccard) are of one group."""


def near_groups(texts: Sequence[str]) -> list[str]:
    """For every text the first text of its group: that which near-duplicates lead to, one by one.

    All pairs are compared: for thousands of texts, not for more.
    """
    words = sorted({word for text in texts for word in text.split()})
    place = {word: number for number, word in enumerate(words)}
    has = np.zeros((len(texts), len(words)), dtype=np.float32)
    for row, text in enumerate(texts):
        has[row, [place[word] for word in text.split()]] = 1
    both, sizes = has @ has.T, has.sum(axis=1)
    alike = both / np.maximum(sizes[:, None] + sizes[None, :] - both, 1) >= ALIKE
    group = list(range(len(texts)))
    for row in range(len(texts)):
        if group[row] == row:
            _spread(row, alike, group)
    return [texts[first] for first in group]


def _spread(first: int, alike: np.ndarray, group: list[int]) -> None:
    waiting, seen = [first], {first}
    while waiting:
        for row in np.flatnonzero(alike[waiting.pop()]).tolist():
            if row not in seen:
                seen.add(row)
                waiting.append(row)
                group[row] = first
