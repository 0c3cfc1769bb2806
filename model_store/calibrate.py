"""Calibration from logits of answers that training has not seen."""

import numpy as np
from numpy.typing import NDArray

from lectern.manifest import Calibration, Threshold
from model_store.metrics import Labels

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)

CAUTION = 1.0
"""Standard errors that are added to an error that was seen: of many thresholds, luck makes one look good."""


def calibrate(logits: NDArray[np.float64], gold: Labels) -> Calibration:
    """The temperature of least log loss, and for each error budget the confidence that kept to it.

    Guo et al. (2017); El-Yaniv and Wiener (2010), On the Foundations of Noise-free Selective Classification.
    """
    temperatures = np.geomspace(0.25, 8, 400)
    losses = [_log_loss(logits / temperature, gold) for temperature in temperatures]
    temperature = float(temperatures[int(np.argmin(losses))])
    chances = softmax(logits / temperature)
    wrong = chances.argmax(axis=1) != gold
    return Calibration(temperature=round(temperature, 4), thresholds=thresholds(chances.max(axis=1), wrong))


def coverage(calibration: Calibration, logits: NDArray[np.float64]) -> dict[str, float]:
    """For each budget, the share of answers that its threshold leaves to the grader."""
    confidence = softmax(logits / calibration.temperature).max(axis=1)
    kept = {entry.budget: np.mean(confidence >= entry.confidence) for entry in calibration.thresholds}
    return {str(budget): round(float(share), 4) for budget, share in kept.items()}


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities (answers, labels) of logits."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def thresholds(confidence: NDArray[np.float64], wrong: NDArray[np.bool_]) -> tuple[Threshold, ...]:
    """For each error budget the least confidence that kept to it on these answers; none where nothing does.

    What must keep to it is the upper bound of the error (Geifman and El-Yaniv, 2017, Selective Classification for Deep
    Neural Networks; the bound is Wilson's), so that a few lucky answers promise nothing.
    """
    order = np.argsort(-confidence, kind="stable")
    kept = np.arange(1, len(order) + 1)
    bound = upper_bound(np.cumsum(wrong[order]) / kept, kept)
    found = []
    for budget in BUDGETS:
        within = np.flatnonzero(bound <= budget)
        if within.size:
            found.append(Threshold(budget=budget, confidence=round(float(confidence[order[within[-1]]]), 4)))
    return tuple(found)


def upper_bound(error: NDArray[np.float64], count: NDArray[np.int64]) -> NDArray[np.float64]:
    """CAUTION standard errors above an error seen on `count` answers: the upper end of Wilson's interval (1927)."""
    square = CAUTION**2 / count
    spread = CAUTION * np.sqrt(error * (1 - error) / count + square / (4 * count))
    return np.asarray((error + square / 2 + spread) / (1 + square))


def _log_loss(logits: NDArray[np.float64], gold: Labels) -> float:
    return float(-np.mean(np.log(softmax(logits)[np.arange(len(gold)), gold] + 1e-12)))
