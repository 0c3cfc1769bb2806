"""From a head's credit to a teacher's score, and how likely that score is right.

On a coarse scale (few steps) the scores keep the teacher's own proportions: cut points part the leave-one-out credits
as the grades are parted (equipercentile equating, Kolen and Brennan 2014, ch. 2), because a regression shrinks towards
the middle and would hardly give the ends. Few grades make rough quantiles, so the credits are smoothed first (kernel
equating, von Davier, Holland and Thayer 2004). On a fine scale the expected credit is the score.
"""

from dataclasses import dataclass
from math import erf, inf, sqrt

import numpy as np
from pydantic import Field

from lectern.manifest import Document
from lectern.packs.features import Matrix

COARSE_STEPS = 5
"""The most steps above zero that a coarse scale has."""

PSEUDO_GRADES = 2
"""How many grades a natural cut point, half way between two scores, weighs."""

HALVINGS = 60
"""Of the span in which a cut point is sought: to the last bit of a float."""

TOLERANCE = 0.1
"""On a fine scale a score is right when the teacher's is within this share of the maximum."""

MOST_SURE = 0.999
"""No score is surer, so that a budget that nothing vouches for (its threshold is 1) lets none pass."""

SPREADS = np.geomspace(0.02, 1.0, 40)


@dataclass(frozen=True)
class Verdict:
    """A score as a share of the maximum, and the probability that it is right."""

    credit: float
    confidence: float


class Scale(Document):
    """`steps` above zero (0: a fine scale, on the `grid` of scores if that is not 0); the `cuts` between steps; the
    `spread` of the teacher about the head.
    """

    steps: int = Field(ge=0, le=COARSE_STEPS)
    cuts: tuple[float, ...]
    grid: float = Field(default=0.0, ge=0, le=1)
    spread: float = Field(gt=0, allow_inf_nan=False)

    def verdict(self, credit: float) -> Verdict:
        """The score for what a head says, and its confidence."""
        score, low, high = self.interval(credit)
        return Verdict(score, min(MOST_SURE, self._share(credit, low, high)))

    def interval(self, credit: float) -> tuple[float, float, float]:
        """The score, and the credits between which the teacher's must lie for it to be right."""
        if not self.steps:
            kept = min(1.0, max(0.0, credit))
            kept = round(kept / self.grid) * self.grid if self.grid else kept
            reach = TOLERANCE + self.grid / 2  # grades lie on the grid too
            return kept, _end(kept - reach), _end(kept + reach)
        level = int(np.searchsorted(self.cuts, credit))
        edges = (-inf, *self.cuts, inf)
        return level / self.steps, edges[level], edges[level + 1]

    def at_least(self, threshold: float, credit: float) -> float:
        """The probability that the teacher's credit reaches `threshold`."""
        if self.steps:
            threshold = self.cuts[int(np.ceil(threshold * self.steps - 1e-9)) - 1]
        return self._share(credit, threshold, inf)

    def _share(self, credit: float, low: float, high: float) -> float:
        """The share of a normal distribution about `credit` between two points."""
        return _normal((high - credit) / self.spread) - _normal((low - credit) / self.spread)


def fit_scale(predicted: Matrix, gold: Matrix, steps: int, grid: float = 0.0) -> Scale:
    """The scale for leave-one-out credits (n,) of grades (n,): cut points, and the spread that calibrates best.

    `steps` above zero if every grade is a multiple of 1 / steps and there are at most COARSE_STEPS, else 0.
    """
    scale = Scale(steps=steps, cuts=_cuts(predicted, gold, steps) if steps else (), grid=grid, spread=1)
    told = _verdicts(scale, predicted, gold)
    best = min(SPREADS, key=lambda spread: _surprise(told, spread))
    return scale.model_copy(update={"spread": float(best)})


def natural_cuts(steps: int) -> tuple[float, ...]:
    """Half way between the scores."""
    return tuple((level - 0.5) / steps for level in range(1, steps + 1))


def is_right(verdict: Verdict, gold: float, steps: int) -> bool:
    """Whether a score is what the teacher gave, within half a step or the tolerance."""
    return abs(verdict.credit - gold) <= _tolerance(steps)


@dataclass(frozen=True)
class _Verdicts:
    """Credits (n,), the interval of each one's score, and whether the score is right: what no spread changes."""

    credits: Matrix
    low: Matrix
    high: Matrix
    right: Matrix


def _verdicts(scale: Scale, predicted: Matrix, gold: Matrix) -> _Verdicts:
    scores, low, high = np.array([scale.interval(float(credit)) for credit in predicted]).T
    return _Verdicts(predicted, low, high, np.abs(scores - gold) <= _tolerance(scale.steps))


def _tolerance(steps: int) -> float:
    return (0.5 / steps if steps else TOLERANCE) + 1e-9


def _surprise(told: _Verdicts, spread: float) -> float:
    """Log loss of the confidences, with one miss more than was seen: few flawless grades are no certainty."""
    high, low = (_normals((edge - told.credits) / spread) for edge in (told.high, told.low))
    confidence = np.clip(high - low, 1e-6, MOST_SURE)
    seen = np.where(told.right, np.log(confidence), np.log(1 - confidence))
    return -float(np.sum(seen) + np.mean(np.log(1 - confidence)))


def _cuts(predicted: Matrix, gold: Matrix, steps: int) -> tuple[float, ...]:
    """Where the credits part as the grades do, drawn towards the natural cut points while grades are few."""
    natural = np.array(natural_cuts(steps))
    below = [(np.sum(gold < middle) + 0.5) / (len(gold) + 1) for middle in natural]
    weight = len(gold) / (len(gold) + PSEUDO_GRADES)
    drawn = weight * _quantiles(predicted, np.array(below)) + (1 - weight) * natural
    return tuple(float(cut) for cut in drawn)


def _quantiles(points: Matrix, shares: Matrix) -> Matrix:
    """Quantiles (shares,) of points (n,) under normal kernels that keep their mean and variance.

    The kernels' width is the normal reference rule's (Silverman 1986, 3.4.2).
    """
    middle, width = points.mean(), 1.06 * len(points) ** -0.2
    shrunk = (points - middle) / np.sqrt(1 + width**2)
    kernel = width * shrunk.std() + 1e-9
    high = np.full(len(shares), np.abs(shrunk).max() + 10 * kernel)
    low = -high
    for _ in range(HALVINGS):
        between = (low + high) / 2
        under = np.array([_normals((point - shrunk) / kernel).mean() for point in between]) < shares
        low, high = np.where(under, between, low), np.where(under, high, between)
    return np.asarray(middle + (low + high) / 2)


def _end(point: float) -> float:
    """Beyond the ends of the scale there is nothing, so all of the distribution there belongs to the end."""
    return -inf if point <= 0 else inf if point >= 1 else point


def _normals(values: Matrix) -> Matrix:
    return np.array([_normal(value) for value in values])


def _normal(value: float) -> float:
    return 0.5 * (1 + erf(value / sqrt(2)))
