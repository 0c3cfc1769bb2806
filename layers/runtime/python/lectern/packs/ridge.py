"""Ridge regression of a teacher's grades in its dual form, with leave-one-out predictions in closed form.

The same as the mean of a Gaussian process whose prior mean is the grader's credit (Rasmussen and Williams 2006, ch. 2):
without grades a head is the grader, and each grade pulls answers that are like its own. Leave-one-out: ib., eq. 5.12.
"""

import numpy as np

from lectern.packs.design import Grams, Matrix, Trust

SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""How far a question's head may go from the grader; leave-one-out chooses."""


def trust(scale: float) -> Trust:
    """The blocks in the proportions that did best on Mohler and ASAP-SAS (docs/adr/0010); flat around there."""
    return Trust(bias=scale, dense=0.5 * scale, embedding=0.7 * scale, ngrams=scale)


def solve(kernel: Matrix, residual: Matrix) -> tuple[Matrix, Matrix]:
    """Dual coefficients (n,), and what each of the n grades' residual is predicted to be by the others (n,)."""
    inverse = np.linalg.inv(kernel + np.eye(len(residual)))
    duals = inverse @ residual
    return duals, residual - duals / np.diag(inverse)


def choose(grams: Grams, residual: Matrix) -> Trust:
    """The trust whose leave-one-out predictions err least; the most careful of equals."""
    options = [trust(scale) for scale in SCALES]
    errors = [float(np.sum((solve(option.kernel(grams), residual)[1] - residual) ** 2)) for option in options]
    return options[int(np.argmin(errors))]
