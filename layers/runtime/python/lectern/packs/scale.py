"""From a head's credit to a teacher's score, and how likely that score is right.

On a coarse scale (few steps) the scores keep the teacher's own proportions: cut points part the leave-one-out credits
as the grades are parted (equipercentile equating, Kolen and Brennan 2014, ch. 2), because a regression shrinks
towards the middle and would hardly give the ends. On a fine scale the expected credit is the score.
"""

from dataclasses import dataclass
from math import erf, inf, sqrt

import numpy as np
from pydantic import Field

from lectern.manifest import Document
from lectern.packs.design import Matrix

COARSE_STEPS = 5
"""The most steps above zero that a coarse scale has."""

PSEUDO_GRADES = 5
"""How many grades a natural cut point, half way between two scores, weighs."""

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
    """`steps` above zero (0: a fine scale); the `cuts` between them; the `spread` of the teacher about the head."""

    steps: int = Field(ge=0, le=COARSE_STEPS)
    cuts: tuple[float, ...]
    spread: float = Field(gt=0, allow_inf_nan=False)

    def verdict(self, credit: float) -> Verdict:
        """The score for what a head says, and its confidence."""
        if not self.steps:
            kept = min(1.0, max(0.0, credit))
            return Verdict(kept, self._sure(credit, _end(kept - TOLERANCE), _end(kept + TOLERANCE)))
        level = int(np.searchsorted(self.cuts, credit))
        edges = (-inf, *self.cuts, inf)
        return Verdict(level / self.steps, self._sure(credit, edges[level], edges[level + 1]))

    def at_least(self, threshold: float, credit: float) -> float:
        """The probability that the teacher's credit reaches `threshold`."""
        if self.steps:
            threshold = self.cuts[int(np.ceil(threshold * self.steps - 1e-9)) - 1]
        return self._share(credit, threshold, inf)

    def _sure(self, credit: float, low: float, high: float) -> float:
        return min(MOST_SURE, self._share(credit, low, high))

    def _share(self, credit: float, low: float, high: float) -> float:
        """The share of a normal distribution about `credit` between two points."""
        return _normal((high - credit) / self.spread) - _normal((low - credit) / self.spread)


def fit_scale(predicted: Matrix, gold: Matrix, steps: int) -> Scale:
    """The scale for leave-one-out credits (n,) of grades (n,): cut points, and the spread that calibrates best.

    `steps` above zero if every grade is a multiple of 1 / steps and there are at most COARSE_STEPS, else 0.
    """
    cuts = _cuts(predicted, gold, steps) if steps else ()
    scales = [Scale(steps=steps, cuts=cuts, spread=float(spread)) for spread in SPREADS]
    return min(scales, key=lambda scale: _surprise(scale, predicted, gold))


def natural_cuts(steps: int) -> tuple[float, ...]:
    """Half way between the scores."""
    return tuple((level - 0.5) / steps for level in range(1, steps + 1))


def is_right(verdict: Verdict, gold: float, steps: int) -> bool:
    """Whether a score is what the teacher gave, within half a step or the tolerance."""
    return abs(verdict.credit - gold) <= (0.5 / steps if steps else TOLERANCE) + 1e-9


def _surprise(scale: Scale, predicted: Matrix, gold: Matrix) -> float:
    """Log loss of the confidences, with one miss more than was seen: few flawless grades are no certainty."""
    verdicts = [scale.verdict(credit) for credit in predicted]
    right = [is_right(verdict, grade, scale.steps) for verdict, grade in zip(verdicts, gold, strict=True)]
    chances = [v.confidence if hit else 1 - v.confidence for v, hit in zip(verdicts, right, strict=True)]
    missed = np.mean([np.log(1 - verdict.confidence) for verdict in verdicts])
    return -float(np.sum(np.log(np.maximum(chances, 1e-6))) + missed)


def _cuts(predicted: Matrix, gold: Matrix, steps: int) -> tuple[float, ...]:
    """Where the sorted credits part as the grades do, drawn towards the natural cut points while grades are few."""
    ordered = np.sort(predicted)
    below = [int(np.sum(gold < (level - 0.5) / steps)) for level in range(1, steps + 1)]
    natural = natural_cuts(steps)
    parted = [_between(ordered, count, middle) for count, middle in zip(below, natural, strict=True)]
    weight = len(gold) / (len(gold) + PSEUDO_GRADES)
    drawn = weight * np.array(parted) + (1 - weight) * np.array(natural)
    return tuple(float(cut) for cut in np.maximum.accumulate(drawn))


def _between(ordered: Matrix, count: int, middle: float) -> float:
    """Half way between the `count`-th credit and the next; beyond the ends `middle`, if that is further out."""
    if count == 0:
        return min(middle, float(ordered[0]))
    if count == len(ordered):
        return max(middle, float(ordered[-1]))
    return float(ordered[count - 1] + ordered[count]) / 2


def _end(point: float) -> float:
    """Beyond the ends of the scale there is nothing, so all of the distribution there belongs to the end."""
    return -inf if point <= 0 else inf if point >= 1 else point


def _normal(value: float) -> float:
    return 0.5 * (1 + erf(value / sqrt(2)))
