"""Kernel ridge regression in its dual form, for a few thousand examples with more features than examples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Dual:
    """f(x) = bias + Σ weights · k(x, training example): weights (examples, targets), bias (targets,)."""

    weights: Floats
    bias: Floats

    def __call__(self, kernel: Floats) -> Floats:
        """Predictions (rows, targets) from the kernel (rows, examples) between new examples and training's."""
        result: Floats = self.bias + kernel @ self.weights
        return result


def fit_ridge(kernel: Floats, targets: Floats, penalty: float) -> Dual:
    """The ridge regression of targets (examples, targets) whose intercept is not penalised.

    Centring the kernel (examples, examples) takes the mean out of the feature space, as Schölkopf, Smola and Müller
    (1998) do; the solution's weights then sum to zero, so a new example's kernel needs no centring.
    """
    means = kernel.mean(axis=0)
    centred = kernel - means - means[:, None] + kernel.mean()
    average = targets.mean(axis=0)
    weights = np.linalg.solve(centred + penalty * np.eye(len(kernel)), targets - average)
    return Dual(weights, average - means @ weights)
