"""chrF: Popović (2015), chrF: character n-gram F-score for automatic MT evaluation; n up to 6, β = 2, no spaces."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST, BETA = 6, 2.0


def chrf_counts(said: Sequence[str], wanted: Sequence[str]) -> NDArray[np.float64]:
    """Of each translation, for n of 1 to 6: its n-grams, those of its reference, those in common: (sentences, 6, 3)."""
    return np.array(
        [_counts("".join(one.split()), "".join(other.split())) for one, other in zip(said, wanted, strict=True)]
    )


def chrf(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """chrF, 0..100, of summed counts (…, 6, 3): F of the mean precision and recall over the n that both texts reach."""
    said, wanted, both = (counts[..., place] for place in range(3))
    reached = (said > 0) & (wanted > 0)
    orders = np.maximum(reached.sum(axis=-1), 1)
    precision, recall = (
        np.where(reached, both / np.maximum(of, 1), 0.0).sum(axis=-1) / orders for of in (said, wanted)
    )
    below = BETA**2 * precision + recall
    result: NDArray[np.float64] = 100 * (1 + BETA**2) * precision * recall / np.where(below > 0, below, 1.0)
    return result


def _counts(said: str, wanted: str) -> list[tuple[int, int, int]]:
    found = []
    for length in range(1, LONGEST + 1):
        grams, known = (Counter(text[i : i + length] for i in range(len(text) - length + 1)) for text in (said, wanted))
        found.append((grams.total(), known.total(), (grams & known).total()))
    return found
