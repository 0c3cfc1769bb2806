"""The score from which on a text is said to have an answer, and the confidence that a score deserves."""

import numpy as np
from numpy.typing import NDArray

from lectern.manifest import Calibration, Knot
from model_store.answer_outcomes import Judged, Values

WANTED = (0.80, 0.65, 0.65)
"""F1 on v1.1, on v2.0's questions with an answer, and on those without."""

POINTS = 10
"""Of the confidence's curve on either side of the threshold."""


def calibrate(first: Judged, second: Judged) -> Calibration:
    """One threshold for both sets (v1.1 and v2.0), at which the worst of three figures is nearest to what is WANTED.

    The confidence is the share of exact matches among outcomes of v2.0 with about such a score, never falling with the
    distance from the threshold (Zadrozny and Elkan, 2002). Half of v2.0's questions have no answer, so that either
    outcome can be right; where all have one, as in v1.1, answers are surer than they say and silence is never right.
    """
    candidates = np.quantile(np.concatenate([first.scores, second.scores]), np.linspace(0, 1, 401)).tolist()
    least = round(float(max(candidates, key=lambda score: _worst(first, second, score))), 4)
    scores, right, above = second.scores, second.at(least)[0], second.scores >= least
    silent = [(least - away, share) for away, share in _rising(least - scores[~above], right[~above])]
    said = [(least + away, share) for away, share in _rising(scores[above] - least, right[above])]
    knots = [Knot(score=round(score, 4), confidence=round(share, 4)) for score, share in [*silent[::-1], *said]]
    return Calibration(temperature=1.0, least_score=least, curve=tuple(knots))


def _worst(first: Judged, second: Judged, least: float) -> float:
    """The least of the three figures, each as a share of what is wanted."""
    f1 = second.at(least)[1]
    found = (first.at(least)[1].mean(), f1[second.has].mean(), f1[~second.has].mean())
    return float(min(one / wanted for one, wanted in zip(found, WANTED, strict=True)))


def _rising(distances: Values, right: Values) -> list[tuple[float, float]]:
    """POINTS bins of equal size as (mean distance, share that is right), neighbours that fall put together.

    Pool adjacent violators (Ayer et al., 1955).
    """
    order = np.argsort(distances, kind="stable")
    bins: list[NDArray[np.intp]] = []
    for part in np.array_split(order, min(POINTS, len(order))):
        bins.append(part)
        while len(bins) > 1 and right[bins[-1]].mean() < right[bins[-2]].mean():
            bins[-2:] = [np.concatenate(bins[-2:])]
    return [(float(distances[part].mean()), float(right[part].mean())) for part in bins]
