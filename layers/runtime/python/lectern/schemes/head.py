"""A scheme's head from labelled examples: ridge regression of the labels, closed form, the same every time.

A text is seen twice: as the mean of its token vectors, and as the vector of its first word, in which questions and
instructions say what they want. How much each counts, and how far a head may go, leave-one-out chooses in closed form;
the intercept is part of what is left out (Cawley and Talbot 2004, Fast exact leave-one-out cross-validation of sparse
least-squares support vector machines), or each label would shine through the mean of all others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

VERSION = 1
"""Of what a head sees; change anything in `blocks` and this must change with it."""

WIDTH = 384

FIRST = (0.0, 1 / 3, 2 / 3, 1.0)
"""Shares of the first word's vector in how alike two texts are."""

RIDGES = (0.1, 0.3, 1.0, 3.0)
"""Noise of a label, as a multiple of the prior variance of what a head says."""

SHARPNESS = np.geomspace(0.5, 64, 64)
"""Inverse temperatures."""

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Head:
    """`weights` (labels, 2, WIDTH) and `bias` (labels,) over a text's blocks; chances are softmax of `sharpness` times
    the scores. `right` is the share of examples whose label all the others find.
    """

    weights: Matrix
    bias: Matrix
    sharpness: float
    right: float

    def chances(self, vector: NDArray[np.float32]) -> Matrix:
        """Probabilities (labels,) for what the embedder gives a text (2 · WIDTH,)."""
        scores = np.tensordot(self.weights, blocks(vector[None])[0], axes=2) + self.bias
        return np.asarray(_softmax(self.sharpness * scores[None])[0])


@dataclass(frozen=True)
class _Choice:
    first: float
    duals: Matrix
    intercept: Matrix
    others: Matrix
    """What all other examples say of each one (examples, labels)."""


def blocks(vectors: NDArray[np.float32]) -> Matrix:
    """The embedder's vectors (n, 2 · WIDTH) as (n, 2, WIDTH): mean and first word, each of length 1."""
    apart = vectors.reshape(-1, 2, WIDTH).astype(np.float64)
    return np.asarray(apart / (np.linalg.norm(apart, axis=2, keepdims=True) + 1e-9))


def fit(vectors: NDArray[np.float32], gold: Sequence[int], labels: int) -> Head:
    """The head for vectors (n, 2 · WIDTH) of examples with the labels `gold` (n,), of 0 to labels - 1."""
    seen = blocks(vectors)
    centre = seen.mean(axis=0)
    apart = seen - centre
    spread = np.sqrt(np.mean(np.sum(apart**2, axis=2), axis=0) + 1e-6)
    apart /= spread[:, None]
    known = np.eye(labels)[list(gold)]
    best = _choose([part @ part.T for part in (apart[:, 0], apart[:, 1])], known)
    shares = np.array([1 - best.first, best.first])
    weights = np.einsum("nl,nbw->lbw", best.duals, apart) * (shares / spread)[None, :, None]
    bias = best.intercept - np.tensordot(weights, centre, axes=2)
    right = float(np.mean(best.others.argmax(axis=1) == np.array(gold)))
    return Head(weights, bias, _sharpness(best.others, known), right)


def _choose(grams: Sequence[Matrix], known: Matrix) -> _Choice:
    """The share and the ridge whose leave-one-out predictions err least; the first of equals."""
    found = []
    for first, ridge in product(FIRST, RIDGES):
        bordered = np.ones((len(known) + 1, len(known) + 1))
        bordered[:-1, :-1] = (1 - first) * grams[0] + first * grams[1] + ridge * np.eye(len(known))
        bordered[-1, -1] = 0
        inverse = np.linalg.inv(bordered)
        *duals, intercept = inverse[:, :-1] @ known
        error = np.array(duals) / np.diag(inverse)[:-1, None]
        found.append((float(np.sum(error**2)), _Choice(first, np.array(duals), intercept, known - error)))
    return min(found, key=lambda option: option[0])[1]


def _sharpness(others: Matrix, known: Matrix) -> float:
    """Of least log loss on what the others say, and on one more example of each label in equal shares: a few examples
    that are all right make nobody sure.
    """
    count, labels = known.shape
    wanted = (count * known + 1 / labels) / (count + 1)
    losses = [-np.mean(np.sum(wanted * np.log(_softmax(sharp * others) + 1e-12), axis=1)) for sharp in SHARPNESS]
    return float(SHARPNESS[int(np.argmin(losses))])


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
