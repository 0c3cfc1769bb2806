"""What the heads are fitted on: every essay's n-grams, measures and vector, and the kernels between essays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from functions.essays.features import BUCKETS, measures, ngrams
from functions.essays.heads import Reading, distance, spread_out
from model_store.recipes.essays_data import Essay
from model_store.recipes.ridge import Floats

MEASURES_WEIGHT, VECTOR_WEIGHT = 0.15, 0.1
"""Of the kernels of measures and of vectors beside that of n-grams; chosen by cross-validation within folds 0 to 2."""


@dataclass(frozen=True)
class Readings:
    """Essays in their order: buckets of n-grams each, measures (essays, measures), vectors (essays, hidden)."""

    ngrams: tuple[NDArray[np.int64], ...]
    measures: Floats
    vectors: Floats

    def of(self, rows: NDArray[np.int64]) -> "Readings":
        """Some of the essays."""
        return Readings(tuple(self.ngrams[row] for row in rows), self.measures[rows], self.vectors[rows])

    def present(self) -> NDArray[np.float32]:
        """The n-grams as rows (essays, BUCKETS) of length 1."""
        rows = np.zeros((len(self.ngrams), BUCKETS), np.float32)
        for row, found in zip(rows, self.ngrams, strict=True):
            row[found] = 1 / np.sqrt(max(1, len(found)))
        return rows

    def one(self, row: int) -> Reading:
        """One essay as the function reads it."""
        return Reading(self.ngrams[row], self.measures[row], self.vectors[row])


@dataclass(frozen=True)
class Scaling:
    """Where the training essays lie: mean and spread of measures and of vectors."""

    centre: Floats
    spread: Floats
    vector_centre: Floats
    vector_spread: Floats
    furthest: float
    """Further than 99.5 % of the essays' measures."""

    def measures(self, measures: Floats) -> Floats:
        """Measures as heads see them."""
        return spread_out(measures, self.centre, self.spread)

    def vectors(self, vectors: Floats) -> Floats:
        """Vectors in spreads from the mean."""
        result: Floats = (vectors - self.vector_centre) / self.vector_spread
        return result


def scaling(readings: Readings) -> Scaling:
    """The scaling of these essays; what hardly varies among them counts as spread by a thousandth."""
    centre, spread = readings.measures.mean(axis=0), np.maximum(readings.measures.std(axis=0), 1e-3)
    return Scaling(
        centre,
        spread,
        readings.vectors.mean(axis=0),
        np.maximum(readings.vectors.std(axis=0), 1e-3),
        float(np.quantile(distance(readings.measures, centre, spread), 0.995)),
    )


def features(readings: Readings, scale: Scaling) -> Floats:
    """One row per essay whose dot products are the sum of the three kernels."""
    counted, vectors = scale.measures(readings.measures), scale.vectors(readings.vectors)
    parts = (
        readings.present(),
        counted * np.sqrt(MEASURES_WEIGHT / counted.shape[1]),
        vectors * np.sqrt(VECTOR_WEIGHT / vectors.shape[1]),
    )
    return np.concatenate(parts, axis=1, dtype=np.float32).astype(np.float32)


def split(weights: Floats, scale: Scaling) -> tuple[Floats, Floats, Floats, float]:
    """Weights (features,) of such rows as those of n-grams, of measures and of plain vectors, and what to add."""
    count = 2 * len(scale.centre)
    ngrams, counted, vectors = np.split(weights, [BUCKETS, BUCKETS + count])
    vectors = vectors * np.sqrt(VECTOR_WEIGHT / len(vectors)) / scale.vector_spread
    return ngrams, counted * np.sqrt(MEASURES_WEIGHT / count), vectors, -float(vectors @ scale.vector_centre)


def read(essays: Sequence[Essay], vectors: Floats, tokens: NDArray[np.int64]) -> Readings:
    """The readings of essays whose vectors and numbers of tokens are known."""
    found = np.array([measures(essay.text, int(count)) for essay, count in zip(essays, tokens, strict=True)])
    return Readings(tuple(ngrams(essay.text) for essay in essays), found, vectors)
