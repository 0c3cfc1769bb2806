"""Fit how far the grader's experts are trusted, by answers that neither has seen."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from model_store.calibrate import softmax
from model_store.metrics import macro_f1

Numbers = NDArray[np.float64]

START = np.array([[0.5, 0, 0], [0.5, 0, 0], [0, 0, 0], [1.0, 0, 0]])
"""Halves, no bias, no scale: what the fit is held to where the answers say little."""
HOLD = 2.0
TILTS = np.linspace(0, 0.6, 7)


def fit_blend(
    cross: Numbers, trees: Numbers, near: Numbers, gold: NDArray[np.int64], sets: NDArray[np.str_]
) -> Numbers:
    """The blend (4, 3) of `model_store.build.grader` with the least log loss, each of the `sets` counting alike.

    `cross` and `trees` are logits (n, 3), `near` is [known, near] (n, 2). 'Contradictory' is rare; the tilt towards it
    that gives the best mean macro-F1 over the sets is added afterwards (threshold moving: Collell et al., 2018); then
    the scale, which changes no label, is fitted again to the chances that the tilt moved.
    """
    weights = np.zeros(len(gold))
    for name in np.unique(sets):
        weights[sets == name] = 1 / np.sum(sets == name)

    def loss(blend: Numbers) -> float:
        chances = softmax(blended(blend, cross, trees, near))
        held = HOLD * float(np.sum((blend - START) ** 2)) / len(gold)
        return float(weights @ -np.log(chances[np.arange(len(gold)), gold] + 1e-12)) + held

    likely = minimum(lambda flat: loss(flat.reshape(4, 3)), START.ravel()).reshape(4, 3)
    best = max(
        (_tilted(likely, tilt) for tilt in TILTS), key=lambda b: _mean_f1(blended(b, cross, trees, near), gold, sets)
    )
    return np.vstack([best[:3], minimum(lambda scale: loss(np.vstack([best[:3], scale])), best[3])])


def blended(blend: Numbers, cross: Numbers, trees: Numbers, near: Numbers) -> Numbers:
    """Logits (n, 3), as the graph computes them."""
    shares = np.column_stack([np.ones(len(near)), near]) @ blend.T
    total = shares[:, :1] * np.log(softmax(cross) + 1e-12) + shares[:, 1:2] * np.log(softmax(trees) + 1e-12)
    total[:, 1] += shares[:, 2]
    return total * shares[:, 3:]


def minimum(function: Callable[[Numbers], float], start: Numbers, steps: int = 100) -> Numbers:
    """Where a smooth function of a few numbers is least near `start`: BFGS (Nocedal and Wright, 2006, algorithm 6.1).

    Gradients are central differences; steps halve until they lead down. The environment that calibrates has no scipy.
    """
    place, inverse = start.astype(np.float64), np.eye(len(start))
    value, slope = function(place), _slope(function, place)
    for _ in range(steps):
        step = -inverse @ slope
        size = next((0.5**n for n in range(30) if function(place + 0.5**n * step) < value - 1e-9), 0.0)
        if not size:
            break
        moved = place + size * step
        change, turned = moved - place, _slope(function, moved) - slope
        place, slope, value = moved, slope + turned, function(moved)
        curved = float(change @ turned)
        if curved > 1e-12:
            left = np.eye(len(start)) - np.outer(change, turned) / curved
            inverse = left @ inverse @ left.T + np.outer(change, change) / curved
    return place


def _slope(function: Callable[[Numbers], float], place: Numbers, width: float = 1e-5) -> Numbers:
    ways = np.eye(len(place)) * width
    return np.array([(function(place + way) - function(place - way)) / (2 * width) for way in ways])


def _tilted(blend: Numbers, tilt: float) -> Numbers:
    result = blend.copy()
    result[2, 0] += tilt
    return result


def _mean_f1(logits: Numbers, gold: NDArray[np.int64], sets: NDArray[np.str_]) -> float:
    said = logits.argmax(axis=1)
    return float(np.mean([macro_f1(gold[sets == name], said[sets == name], logits.shape[1]) for name in set(sets)]))
