"""Ridge regression of a teacher's grades in its dual form, with leave-one-out predictions in closed form.

The same as the mean of a Gaussian process whose prior mean is the grader's credit (Rasmussen and Williams 2006, ch. 2):
without grades a head is the grader, and each grade pulls answers that are like its own. Leave-one-out: ib., eq. 5.12.
"""

from dataclasses import dataclass, replace

import numpy as np

from lectern.packs.design import Grams, Trust, Weights
from lectern.packs.features import Matrix

SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How far a question's head may go from the grader; leave-one-out chooses."""


BELIEFS = (1.0, 0.5, 0.0)
"""How much of the grader's credit the prior mean takes; leave-one-out chooses."""


@dataclass(frozen=True)
class Prior:
    """A mean between the grader's credit and `middle`."""

    belief: float
    middle: float

    def __call__(self, credit: Matrix) -> Matrix:
        """The prior mean for the grader's credits."""
        return self.belief * credit + (1 - self.belief) * self.middle

    def fold(self, weights: Weights) -> Weights:
        """Weights that are relative to this prior, made relative to the grader's credit."""
        dense = weights.dense.copy()
        dense[0] += self.belief - 1  # the first of the dense features is credit - 0.5
        return replace(weights, bias=weights.bias + (1 - self.belief) * (self.middle - 0.5), dense=dense)


def trust(scale: float) -> Trust:
    """The blocks in the proportions that did best on Mohler and ASAP-SAS (docs/adr/0010); flat around there."""
    return Trust(bias=scale, dense=0.5 * scale, embedding=0.35 * scale, waves=scale, ngrams=scale)


def solve(kernel: Matrix, residual: Matrix) -> tuple[Matrix, Matrix]:
    """Dual coefficients, and what each grade's residual is predicted to be by the others; both as `residual`.

    `kernel` (n, n), `residual` (n,) or, for several priors at once, (n, priors).
    """
    inverse = np.linalg.inv(kernel + np.eye(len(residual)))
    duals = inverse @ residual
    return duals, residual - (duals.T / np.diag(inverse)).T


def choose(grams: Grams, credit: Matrix, gold: Matrix) -> tuple[Trust, Prior]:
    """The trust and the belief in the grader whose leave-one-out predictions err least; the first of equals.

    A grader that a question leads astray would do harm for many grades; so the prior mean may also lie between its
    credit and the mean grade.
    """
    middle = float(gold.mean())
    priors, trusts = [Prior(belief, middle) for belief in BELIEFS], [trust(scale) for scale in SCALES]
    residuals = np.stack([gold - prior(credit) for prior in priors], axis=1)
    errors = np.array([_errors(option.kernel(grams), residuals) for option in trusts]).T
    prior, best = np.unravel_index(int(np.argmin(errors)), errors.shape)
    return trusts[best], priors[prior]


def _errors(kernel: Matrix, residuals: Matrix) -> Matrix:
    """Sums of the squared leave-one-out errors (priors,)."""
    return np.asarray(np.sum((solve(kernel, residuals)[1] - residuals) ** 2, axis=0))
