"""A question's head from a teacher's grades: closed form, seconds on a CPU, the same every time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lectern.manifest import Document, Threshold
from lectern.packs.design import Grams, Weights, design
from lectern.packs.features import Features, Matrix
from lectern.packs.ridge import choose, solve
from lectern.packs.scale import COARSE_STEPS, Scale, fit_scale, is_right, natural_cuts

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2)

CURVE = (10, 25, 50, 100)
SPLITS = 5
LEAST_HELD_OUT = 5


class Quality(Document):
    """How a head does with `grades` grades: `rmse` on the question's scale, and the share of scores that are right."""

    grades: int
    rmse: float
    right: float


@dataclass(frozen=True)
class Head:
    """What a pack needs to answer. `others` (n,): what the other grades say of each graded answer's credit."""

    weights: Weights
    scale: Scale
    thresholds: tuple[Threshold, ...]
    others: Matrix


def steps_of(gold: Sequence[float], step: float | None) -> int:
    """Steps above zero of a coarse scale; 0 where there is no step (a share of the maximum), or too many."""
    steps = round(1 / step) if step else 0
    coarse = 0 < steps <= COARSE_STEPS and all(abs(grade * steps - round(grade * steps)) < 1e-6 for grade in gold)
    return steps if coarse else 0


def fit(answers: Sequence[Features], gold: Matrix, steps: int, grid: float = 0.0) -> Head:
    """The head for n graded answers, `gold` (n,) as shares of the maximum; `steps` as `steps_of` says.

    `grid` is the step of a fine scale as a share of the maximum, 0 where there is none.
    """
    plan = design(answers)
    grams, credit = plan.grams(), _credits(answers)
    trust, prior = choose(grams, credit, gold)
    duals, residual = solve(trust.kernel(grams), gold - prior(credit))
    others = prior(credit) + residual
    scale = fit_scale(others, gold, steps, grid)
    return Head(prior.fold(plan.fold(duals, trust)), scale, _thresholds(scale, others, gold), others)


def learning_curve(answers: Sequence[Features], gold: Matrix, head: Head, max_score: float) -> tuple[Quality, ...]:
    """Quality by number of grades: the grader alone, what parts say of the rest, leave-one-out over all."""
    credit, grams = _credits(answers), design(answers).grams()
    plain = head.scale.model_copy(update={"cuts": natural_cuts(head.scale.steps)})
    parts = [_held_out(grams, credit, gold, head.scale, count) for count in _counts(len(gold))]
    ends = _quality(plain, credit, gold, 0), _quality(head.scale, head.others, gold, len(gold))
    return tuple(
        Quality(grades=part.grades, rmse=round(part.rmse * max_score, 4), right=round(part.right, 4))
        for part in (ends[0], *parts, ends[1])
    )


def _credits(answers: Sequence[Features]) -> Matrix:
    return np.array([answer.credit for answer in answers])


def _counts(grades: int) -> list[int]:
    return [count for count in CURVE if count + LEAST_HELD_OUT <= grades]


def _held_out(grams: Grams, credit: Matrix, gold: Matrix, scale: Scale, count: int) -> Quality:
    """What `count` of the grades say of the rest, over some splits."""
    chance, found = np.random.default_rng(0), []
    for _ in range(SPLITS):
        order = chance.permutation(len(gold))
        seen, rest = order[:count], order[count:]
        dense, embedding, peaks, ngrams = (gram[np.ix_(seen, seen)] for gram in grams)
        part = dense, embedding, peaks, ngrams
        trust, prior = choose(part, credit[seen], gold[seen])
        duals, residual = solve(trust.kernel(part), gold[seen] - prior(credit[seen]))
        told = prior(credit[rest]) + trust.kernel(grams)[np.ix_(rest, seen)] @ duals
        fitted = fit_scale(prior(credit[seen]) + residual, gold[seen], scale.steps, scale.grid)
        found.append(_quality(fitted, told, gold[rest], count))
    rmse = float(np.sqrt(np.mean([quality.rmse**2 for quality in found])))
    return Quality(grades=count, rmse=rmse, right=float(np.mean([quality.right for quality in found])))


def _quality(scale: Scale, told: Matrix, gold: Matrix, grades: int) -> Quality:
    verdicts = [scale.verdict(float(credit)) for credit in told]
    error = np.array([verdict.credit for verdict in verdicts]) - gold
    right = [is_right(verdict, grade, scale.steps) for verdict, grade in zip(verdicts, gold, strict=True)]
    return Quality(grades=grades, rmse=float(np.sqrt(np.mean(error**2))), right=float(np.mean(right)))


def _thresholds(scale: Scale, told: Matrix, gold: Matrix) -> tuple[Threshold, ...]:
    """The least confidence that keeps each budget among the leave-one-out scores at or above it.

    One error more than was seen counts, as in conformal risk control (Angelopoulos et al. 2022), and a standard error
    on top, because the threshold is chosen after looking. So few grades promise little: a budget that they can't vouch
    for has no entry, and everything goes to review.
    """
    verdicts = [scale.verdict(float(credit)) for credit in told]
    ranked = sorted(zip(verdicts, gold, strict=True), key=lambda pair: -pair[0].confidence)
    wrong = np.cumsum([not is_right(verdict, grade, scale.steps) for verdict, grade in ranked])
    kept_so_far = np.arange(len(ranked)) + 2
    risk = (wrong + 1) / kept_so_far
    risk += np.sqrt(risk * (1 - risk) / kept_so_far)
    found = []
    for budget in BUDGETS:
        kept = np.flatnonzero(risk <= budget)
        if len(kept):
            found.append(Threshold(budget=budget, confidence=ranked[int(kept[-1])][0].confidence))
    return tuple(found)
