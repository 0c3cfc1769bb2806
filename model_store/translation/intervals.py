"""Corpus figures with the interval that resampled sentences give them: Koehn (2004), Statistical Significance Tests for
Machine Translation Evaluation.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.float64]
Figure = Callable[[Counts], NDArray[np.float64]]

SAMPLES, SEED = 2000, 0


def total(figure: Figure, counts: Counts) -> float:
    """The figure of a corpus, by the counts of its sentences (sentences, …)."""
    return float(figure(counts.sum(axis=0)))


def difference_95(figure: Figure, first: Counts, second: Counts) -> tuple[float, float]:
    """95 % of the differences of the first's figure from the second's, over the same resampled sentences."""
    drawn = _drawn(len(first))
    differences = figure(np.tensordot(drawn, first, 1)) - figure(np.tensordot(drawn, second, 1))
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)


def interval_95(figure: Figure, counts: Counts) -> tuple[float, float]:
    """95 % of the figures of resampled sentences."""
    low, high = np.percentile(figure(np.tensordot(_drawn(len(counts)), counts, 1)), [2.5, 97.5])
    return float(low), float(high)


def _drawn(sentences: int) -> NDArray[np.float64]:
    """How often each sentence is in each sample: (samples, sentences)."""
    chance = np.random.default_rng(SEED)
    return chance.multinomial(sentences, np.full(sentences, 1 / sentences), size=SAMPLES).astype(np.float64)
