"""A question's answers as a design matrix in blocks, each scaled so that an answer has length 1 in it on average.

A head is linear in every block. So how alike two answers are is a sum of one Gram matrix per block, a fit needs no more
than those, and its dual coefficients fold back into one weight per feature: a head keeps no answer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lectern.packs.features import BUCKETS, Features, Matrix
from lectern.packs.waves import waves

Grams = tuple[Matrix, Matrix, Matrix, Matrix]
"""How alike answers are (n, n): by dense features, by embedding, by peaks, by n-grams."""

_COLUMNS = 2048
"""Buckets multiplied at a time, so that two thousand answers need 32 MB and not 256."""


@dataclass(frozen=True)
class Weights:
    """A head, linear in the features: `dense` (3,), `embedding` (384,), `waves` (WAVES,) of the peaks over `reach`, and
    `ngrams` (BUCKETS,).
    """

    bias: float
    dense: Matrix
    embedding: Matrix
    reach: float
    waves: Matrix
    ngrams: Matrix

    def __call__(self, answer: Features) -> float:
        """The credit that the head gives an answer: on the scale 0..1, but not bound to it."""
        ngrams = self.ngrams[answer.buckets].sum() / np.sqrt(max(1, len(answer.buckets)))
        peaks = waves(answer.peaks / self.reach) @ self.waves
        moved = self.bias + answer.dense @ self.dense + answer.embedding @ self.embedding + peaks + ngrams
        return float(answer.credit + moved)


@dataclass(frozen=True)
class Trust:
    """The prior variance of each block of a head, as a multiple of the noise of a teacher's grades."""

    bias: float
    dense: float
    embedding: float
    waves: float
    ngrams: float

    def kernel(self, grams: Grams) -> Matrix:
        """How alike answers are to a head: the sum of the blocks' Gram matrices (n, m), weighted."""
        weighted = zip((self.dense, self.embedding, self.waves, self.ngrams), grams, strict=True)
        return np.asarray(self.bias + sum(weight * gram for weight, gram in weighted))


@dataclass(frozen=True)
class Design:
    """`dense` (n, 3); `embedding` (n, 384) about `centre`, over `spread`; `waves` (n, WAVES) of the peaks over `reach`;
    the n-grams' `buckets`, with `rarity`.
    """

    dense: Matrix
    embedding: Matrix
    centre: Matrix
    spread: float
    waves: Matrix
    reach: float
    buckets: tuple[NDArray[np.int64], ...]
    rarity: Matrix

    def grams(self) -> Grams:
        """The Gram matrices of the answers, by block."""
        ngrams = np.zeros((len(self.buckets), len(self.buckets)))
        for _, part in self._ngrams():
            ngrams += part @ part.T
        return self.dense @ self.dense.T, self.embedding @ self.embedding.T, self.waves @ self.waves.T, ngrams

    def fold(self, duals: Matrix, trust: Trust) -> Weights:
        """The weights of the head with these dual coefficients (n,)."""
        embedding = trust.embedding * (duals @ self.embedding) / self.spread
        ngrams = np.zeros(BUCKETS)
        for columns, part in self._ngrams():
            ngrams[columns] = trust.ngrams * (duals @ part) * self.rarity[columns]
        bias = trust.bias * duals.sum() - self.centre @ embedding
        dense, peaks = trust.dense * (duals @ self.dense), trust.waves * (duals @ self.waves)
        return Weights(float(bias), dense, embedding, self.reach, peaks, ngrams)

    def _ngrams(self) -> Iterator[tuple[NDArray[np.int64], Matrix]]:
        """Buckets that matter, some at a time, with the answers' values (n, columns) in them."""
        kept = np.flatnonzero(self.rarity)
        present = np.zeros((len(self.buckets), BUCKETS), dtype=bool)
        for row, buckets in zip(present, self.buckets, strict=True):
            row[buckets] = True
        lengths = np.sqrt([[max(1, len(buckets))] for buckets in self.buckets])
        for start in range(0, len(kept), _COLUMNS):
            columns = kept[start : start + _COLUMNS]
            yield columns, present[:, columns] * self.rarity[columns] / lengths


def design(answers: Sequence[Features]) -> Design:
    """The design of n ≥ 1 answers. Centre, spreads and rarity come from the answers and know no grades."""
    embedding = np.array([answer.embedding for answer in answers])
    peaks = np.array([answer.peaks for answer in answers])
    spread, reach, centre = _spread(embedding), _spread(peaks), embedding.mean(0)
    buckets = tuple(answer.buckets for answer in answers)
    dense = np.array([answer.dense for answer in answers])
    return Design(
        dense, (embedding - centre) / spread, centre, spread, waves(peaks / reach), reach, buckets, _rarity(buckets)
    )


def _spread(points: Matrix) -> float:
    """How far points (n, d) lie from their mean: the root of the mean square."""
    return float(np.sqrt(np.mean(np.sum((points - points.mean(0)) ** 2, axis=1)) + 1e-6))


def _rarity(buckets: Sequence[NDArray[np.int64]]) -> Matrix:
    """Inverse document frequency of each bucket, 0 where fewer than two answers meet (Spärck Jones 1972)."""
    counts = np.bincount(np.concatenate(buckets), minlength=BUCKETS)
    rarity = np.where(counts > 1, np.log((1 + len(buckets)) / (1 + counts)) + 1, 0.0)
    lengths = [np.mean(rarity[own] ** 2) if len(own) else 0.0 for own in buckets]
    return np.asarray(rarity / np.sqrt(np.mean(lengths) + 1e-6))
