"""The scorer of a release: a linear map of a sentence's features; and the choice by it, in which likeness costs."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from functions.summarize.features import Matrix, features
from lectern.errors import ReleaseRejected

FILE = "scorer.npz"
_ARRAYS = frozenset(("centre", "spread", "weights", "diversity"))

SAME = 0.98
"""From this cosine on two sentences say the same: one is taken before both only where nothing else is left."""


@dataclass(frozen=True)
class Scorer:
    """The arrays of `scorer.npz`."""

    arrays: Mapping[str, NDArray[np.float64]]

    def weights(self, texts: Sequence[str], vectors: Matrix) -> Matrix:
        """Each sentence's share (sentences,), which sum to 1."""
        return shares(self.scores(features(texts, vectors)))

    def scores(self, rows: Matrix) -> Matrix:
        """Scores (sentences,) of features (sentences, features)."""
        part = self.arrays
        result: Matrix = ((rows - part["centre"]) / part["spread"]) @ part["weights"]
        return result

    @property
    def diversity(self) -> float:
        """What likeness to a chosen sentence costs, 0 to 1."""
        return float(self.arrays["diversity"])


def shares(scores: Matrix) -> Matrix:
    """Softmax."""
    raised = np.exp(scores - scores.max())
    result: Matrix = raised / raised.sum()
    return result


def choose(weights: Matrix, vectors: Matrix, most: int, diversity: float) -> list[int]:
    """The places of at most `most` sentences, in the order of the text.

    Maximal marginal relevance (Carbonell and Goldstein, 1998): the next is the one with the most weight, in parts of
    the greatest, less what its likeness to the nearest chosen one costs.
    """
    relevance, cosines = weights / weights.max(), vectors @ vectors.T
    chosen: list[int] = []
    while len(chosen) < min(most, len(weights)):
        nearest = cosines[:, chosen].max(axis=1) if chosen else np.zeros(len(weights))
        gain = (1 - diversity) * relevance - diversity * nearest - 10.0 * (nearest >= SAME)
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return sorted(chosen)


@lru_cache(2)
def read_scorer(data: bytes) -> Scorer:
    """Read `scorer.npz`; the last two that were read stay, as a function holds two releases.

    Raises:
        ReleaseRejected: it is no such file.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name].astype(np.float64) for name in file.files}
    except (BadZipFile, ValueError, KeyError, OSError, EOFError) as error:
        raise ReleaseRejected(f"{FILE} is no scorer that this runtime can read.") from error
    if arrays.keys() != _ARRAYS:
        raise ReleaseRejected(f"{FILE} is no scorer that this runtime can read.")
    return Scorer(arrays)
