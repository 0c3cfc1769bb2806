"""Metrics of classification, in numpy alone."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]
"""Label indices (answers,)."""


def accuracy(gold: Labels, predicted: Labels) -> float:
    """The share of equal labels."""
    return float(np.mean(gold == predicted))


def macro_f1(gold: Labels, predicted: Labels, labels: int) -> float:
    """Mean over labels of the F1 of each label; a label that occurs on neither side is left out."""
    hits = np.array([np.sum((gold == label) & (predicted == label)) for label in range(labels)])
    total = np.array([np.sum(gold == label) + np.sum(predicted == label) for label in range(labels)])
    return float(np.mean(2 * hits[total > 0] / total[total > 0]))


def reliability(
    confidence: NDArray[np.float64], hit: NDArray[np.bool_], bins: int = 10
) -> list[tuple[float, float, float]]:
    """[mean confidence, accuracy, share of the answers] of each equal-width bin of confidence that holds any.

    Guo et al. (2017), On Calibration of Modern Neural Networks.
    """
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    return [
        (float(confidence[place == b].mean()), float(hit[place == b].mean()), float(np.mean(place == b)))
        for b in sorted(set(place.tolist()))
    ]


def expected_calibration_error(confidence: NDArray[np.float64], hit: NDArray[np.bool_], bins: int = 10) -> float:
    """Mean distance of confidence from accuracy over the bins of `reliability`, weighted by size."""
    return sum(share * abs(sure - right) for sure, right, share in reliability(confidence, hit, bins))


def calibration_error_by_chance(confidence: NDArray[np.float64], samples: int = 1000, seed: int = 0) -> float:
    """What expected_calibration_error stays below in 95 of 100 draws of hits by these confidences: it is never 0.

    Consistency resampling: Bröcker and Smith (2007), Increasing the Reliability of Reliability Diagrams.
    """
    chance = np.random.default_rng(seed)
    drawn = (chance.random(len(confidence)) < confidence for _ in range(samples))
    return float(np.percentile([expected_calibration_error(confidence, hit) for hit in drawn], 95))


def paired_interval(
    gold: Labels, first: Labels, second: Labels, labels: int, samples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % bootstrap interval of the macro-F1 of `first` less that of `second`, over the same resampled answers.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap.
    """
    chance = np.random.default_rng(seed)
    differences = []
    for _ in range(samples):
        rows = chance.integers(len(gold), size=len(gold))
        differences.append(macro_f1(gold[rows], first[rows], labels) - macro_f1(gold[rows], second[rows], labels))
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)


def share_interval(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (0 to 1 where there is nothing to count).

    Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference.
    """
    if of == 0:
        return 0.0, 1.0
    share, z = hits / of, 1.959964
    middle, spread = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def mean_interval(values: NDArray[np.float64], samples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """95 % bootstrap interval of the mean of `values` (answers,); of differences, it is a paired interval.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap.
    """
    rows = np.random.default_rng(seed).integers(len(values), size=(samples, len(values)))
    low, high = np.percentile(values[rows].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def area_under_roc(positive: NDArray[np.float64], negative: NDArray[np.float64]) -> float:
    """How often a positive's value is above a negative's; a tie counts half (Mann and Whitney, 1947)."""
    above = (positive[:, None] > negative[None, :]) + 0.5 * (positive[:, None] == negative[None, :])
    return float(above.mean())


def quadratic_weighted_kappa(
    gold: NDArray[np.floating[Any]] | Labels, predicted: NDArray[np.floating[Any]] | Labels, alike: float = 1.0
) -> float:
    """Agreement of two series of scores beyond chance, where a distance counts by its square; 1 where they agree.

    `alike` where all scores are one and the same. Cohen (1968), Weighted kappa; with squared weights the disagreement
    by chance is the mean square difference of every score of one series with every score of the other.
    """
    chance = gold.var() + predicted.var() + (gold.mean() - predicted.mean()) ** 2
    return float(1 - np.mean((gold - predicted) ** 2) / chance) if chance else alike
