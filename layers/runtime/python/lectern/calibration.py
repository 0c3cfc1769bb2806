"""From logits to probabilities that mean what they say, and to the decision to ask a person."""

import numpy as np
from numpy.typing import NDArray

from lectern.manifest import Calibration


def probabilities(logits: NDArray[np.float32], calibration: Calibration) -> NDArray[np.float64]:
    """Softmax of logits (labels,) over the release's temperature; float64, so that the sum is 1 to the last digits."""
    scaled = logits.astype(np.float64) / calibration.temperature
    powers = np.exp(scaled - scaled.max())
    result: NDArray[np.float64] = powers / powers.sum()
    return result


def confidence_of(score: float, calibration: Calibration) -> float:
    """The share of outcomes with such a score that are right; one that was never measured goes by its distance from
    the threshold.
    """
    if not calibration.curve:
        distance = abs(score - calibration.least_score) / calibration.temperature
        return float(1 / (1 + np.exp(-distance)))
    scores, shares = zip(*((knot.score, knot.confidence) for knot in calibration.curve), strict=True)
    return float(np.interp(score, scores, shares))


def review_threshold(calibration: Calibration, error_budget: float, known: bool = False) -> float:
    """The confidence below which a person looks at an answer, for at most `error_budget` errors among the rest.

    The release lists what validation needed for some budgets, where it can also for questions that it knows; the
    strictest entry within the budget counts, and where there is none, everything goes to review.
    """
    entries = calibration.known if known and calibration.known else calibration.thresholds
    kept = [entry for entry in entries if entry.budget <= error_budget]
    return max(kept, key=lambda entry: entry.budget).confidence if kept else 1.0
