"""The heads of an essays release, fitted in closed form: one per prompt and trait, one per prompt that knows its
essays, and a general one. Each is judged by essays that it was not fitted on, from which its confidence comes too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from functions.essays.features import BUCKETS, MEASURES
from functions.essays.heads import ABOUT, GENERAL
from model_store.recipes.essays_data import TRAIT_SCALES, TRAITS, Essay
from model_store.recipes.essays_features import Readings, Scaling, features, scaling, split
from model_store.recipes.ridge import Floats, fit_ridge

PENALTY, ABOUT_PENALTY, GENERAL_PENALTY = 1.0, 0.1, 0.1

STRETCH = 1.05
"""Spread of a head's scores over that of the readers'. Least squares draws scores towards the mean, which agreement in
quadratic weighted kappa pays for; by cross-validation within folds 0 to 2."""

GENERAL_STRETCH = 0.8
"""The same for the general head, which knows less and so says less."""

HIDDEN = 384

ABOUT_ESSAYS = 300
"""Essays per prompt for telling prompts apart: more only take longer."""

REJECTED = (0.02, 0.05)
"""Shares of the known prompts' own essays that may be taken for essays of an unknown one, and that may be doubted."""

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Head:
    """A linear head in the units of `Readings`; `unseen` is what it said of essays that it was not fitted on."""

    name: str
    scale: Scaling
    bias: float
    ngrams: Floats = field(default_factory=lambda: np.zeros(BUCKETS))
    measures: Floats = field(default_factory=lambda: np.zeros(2 * len(MEASURES)))
    vector: Floats = field(default_factory=lambda: np.zeros(HIDDEN))
    limits: tuple[int, int] = (0, 1)
    belief: tuple[float, float, float] = (0.0, 1.0, 1.0)
    unseen: Floats = field(default_factory=lambda: np.zeros(0))


def prompt_name(prompt: int) -> str:
    """What requests and responses call a prompt of the data."""
    return f"asap-aes/{prompt}"


def prompt_heads(prompt: int, essays: Sequence[Essay], readings: Readings) -> list[Head]:
    """The heads of a prompt's scores and traits, fitted on all of its essays given."""
    folds = np.array([essay.fold for essay in essays])
    names = [prompt_name(prompt), *(f"{prompt_name(prompt)} {trait}" for trait in TRAITS.get(prompt, ()))]
    gold = np.array([[essay.fraction, *_trait_fractions(essay)] for essay in essays])
    targets = np.column_stack([_smoothed(essays, gold[:, 0]), gold[:, 1:]])
    scale = scaling(readings)
    rows = features(readings, scale)
    kernel = (rows @ rows.T).astype(np.float64)
    unseen = _cross_validated(kernel, targets, folds)
    stretch, mean = STRETCH * gold.std(axis=0) / unseen.std(axis=0), targets.mean(axis=0)
    dual = fit_ridge(kernel, targets, PENALTY)
    weights, bias = rows.T @ dual.weights * stretch, mean + stretch * (dual.bias - mean)
    unseen = mean + stretch * (unseen - mean)
    limits = [(0, 1)] + [TRAIT_SCALES.get(prompt, (0, 1))] * (len(names) - 1)
    return [
        _head(name, limits[n], weights[:, n], bias[n], scale, unseen[:, n], gold[:, n]) for n, name in enumerate(names)
    ]


def about_heads(essays: Sequence[Essay], readings: Readings, most: int = ABOUT_ESSAYS) -> tuple[list[Head], Floats]:
    """Heads by n-grams alone that tell each prompt's essays from the others', and the likeness to count or be sure."""
    chosen = _some_of_each(essays, most)
    prompts = np.array([essays[row].prompt for row in chosen])
    folds = np.array([essays[row].fold for row in chosen])
    known = sorted(set(prompts.tolist()))
    targets = (prompts[:, None] == np.array(known)).astype(np.float64)
    rows = readings.of(chosen).present()
    kernel = (rows @ rows.T).astype(np.float64)
    unseen = _cross_validated(kernel, targets, folds, ABOUT_PENALTY)
    dual = fit_ridge(kernel, targets, ABOUT_PENALTY)
    weights, scale = rows.T @ dual.weights, scaling(readings)
    heads = [
        Head(f"{ABOUT}{prompt_name(prompt)}", scale, dual.bias[n], weights[:, n]) for n, prompt in enumerate(known)
    ]
    return heads, np.quantile(unseen.max(axis=1), REJECTED)


def general_head(essays: Sequence[Essay], readings: Readings) -> Head:
    """The head for unknown prompts, by measures alone; judged by leaving out one prompt after another."""
    gold, prompts = np.array([essay.fraction for essay in essays]), np.array([essay.prompt for essay in essays])
    scale, chosen = scaling(readings), _some_of_each(essays, ABOUT_ESSAYS)
    rows = scale.measures(readings.measures)
    unseen = np.zeros(len(essays))
    for prompt in sorted(set(prompts.tolist())):
        others = chosen[prompts[chosen] != prompt]
        weights, bias = _primal(rows[others], gold[others])
        unseen[prompts == prompt] = rows[prompts == prompt] @ weights + bias
    weights, bias = _primal(rows[chosen], gold[chosen])
    stretch, mean = GENERAL_STRETCH * gold.std() / unseen.std(), gold.mean()
    unseen, bias = mean + stretch * (unseen - mean), mean + stretch * (bias - mean)
    belief = _belief(unseen, gold)
    return Head(GENERAL, scale, bias, measures=weights * stretch, belief=belief, unseen=unseen)


def _head(
    name: str, limits: tuple[int, int], weights: Floats, bias: float, scale: Scaling, unseen: Floats, gold: Floats
) -> Head:
    ngrams, measures, vector, more = split(weights, scale)
    return Head(name, scale, bias + more, ngrams, measures, vector, limits, _belief(unseen, gold), unseen)


def _cross_validated(kernel: Floats, targets: Floats, folds: Rows, penalty: float = PENALTY) -> Floats:
    """What is said of each fold (essays, targets) by heads fitted on the others."""
    said = np.zeros_like(targets)
    for fold in sorted(set(folds.tolist())):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        said[unseen] = fit_ridge(kernel[np.ix_(seen, seen)], targets[seen], penalty)(kernel[np.ix_(unseen, seen)])
    return said


def _primal(rows: Floats, targets: Floats) -> tuple[Floats, float]:
    """Ridge regression with fewer features than examples: weights and bias."""
    centre, mean = rows.mean(axis=0), targets.mean()
    centred = rows - centre
    penalty = GENERAL_PENALTY * len(rows) * np.eye(rows.shape[1])
    weights: Floats = np.linalg.solve(centred.T @ centred + penalty, centred.T @ (targets - mean))
    return weights, float(mean - centre @ weights)


def _belief(said: Floats, gold: Floats) -> tuple[float, float, float]:
    """Mean of what was said, how far the truth is drawn towards it, and the deviation that is left."""
    mean, shrink = said.mean(), np.cov(said, gold)[0, 1] / said.var(ddof=1)
    expected = mean + shrink * (said - mean)
    return float(mean), float(shrink), float(np.sqrt(np.mean((gold - expected) ** 2)))


def _smoothed(essays: Sequence[Essay], fractions: Floats) -> Floats:
    """The score that goes with the mean of the two readers on average: less noise than the resolved score."""
    rated = np.array([essay.rated for essay in essays])
    return np.polyval(np.polyfit(rated, fractions, 1), rated)


def _trait_fractions(essay: Essay) -> list[float]:
    low, high = TRAIT_SCALES.get(essay.prompt, (0, 1))
    return [(trait - low) / (high - low) for trait in essay.traits]


def _some_of_each(essays: Sequence[Essay], most: int) -> Rows:
    """At most so many essays of each prompt, chosen by a seeded shuffle."""
    order = np.random.default_rng(0).permutation(len(essays))
    prompts = np.array([essay.prompt for essay in essays])[order]
    kept = [order[prompts == prompt][:most] for prompt in sorted(set(prompts.tolist()))]
    return np.sort(np.concatenate(kept))
