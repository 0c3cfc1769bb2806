"""The figures of a comparison: each metric of both versions, and the difference with its paired interval."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS
from model_store.compare.marked import Marked
from model_store.metrics import expected_calibration_error, macro_f1, quadratic_weighted_kappa

SAMPLES = 2000
_NO_LABEL = -1


@dataclass(frozen=True)
class Rows:
    """Arrays (answers,) that are resampled together."""

    def take(self, rows: NDArray[np.int64]) -> Self:
        """These rows of every array."""
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))


@dataclass(frozen=True)
class Marks(Rows):
    """A person's marks: label (-1 where there is none), credit (NaN where there is none), points, question's number."""

    label: NDArray[np.int64]
    credit: NDArray[np.float64]
    points: NDArray[np.float64]
    question: NDArray[np.int64]


@dataclass(frozen=True)
class Side(Rows):
    """One version's answers: label, credit, confidence, and whether it wants a person to look."""

    label: NDArray[np.int64]
    credit: NDArray[np.float64]
    confidence: NDArray[np.float64]
    review: NDArray[np.bool_]


@dataclass(frozen=True)
class Metric:
    """A figure of marks and answers; NaN where it says nothing of such rows."""

    name: str
    better: int
    """1 where more is better, -1 where less is."""
    of: Callable[[Marks, Side], float]


@dataclass(frozen=True)
class Difference:
    """A metric of the first and of the second version, and the 95 % interval of second less first."""

    metric: Metric
    first: float
    second: float
    low: float
    high: float


def marks_of(rows: Sequence[Marked]) -> Marks:
    """The marks as arrays."""
    questions = {name: number for number, name in enumerate(dict.fromkeys(row.question_id for row in rows))}
    return Marks(
        np.array([LABELS.index(row.label) if row.label else _NO_LABEL for row in rows]),
        np.array([np.nan if row.credit is None else row.credit for row in rows]),
        np.array([row.max_score for row in rows]),
        np.array([questions[row.question_id] for row in rows]),
    )


def side_of(rows: Sequence[Marked], results: Sequence[dict[str, Any]]) -> Side:
    """A version's results as arrays."""
    return Side(
        np.array([LABELS.index(result["label"]) for result in results]),
        np.array([result["score"] / row.max_score for row, result in zip(rows, results, strict=True)]),
        np.array([result["confidence"] for result in results]),
        np.array([result["needs_review"] for result in results]),
    )


def right(marks: Marks, side: Side) -> NDArray[np.bool_]:
    """Where labels are equal; where the mark is in points, where both give at least half of them, or neither does."""
    halves = (marks.credit >= 0.5) == (side.credit >= 0.5)
    equal: NDArray[np.bool_] = np.where(marks.label == _NO_LABEL, halves, marks.label == side.label)
    return equal


def quadratic_kappa(marks: Marks, side: Side) -> float:
    """Quadratic weighted kappa on whole points, per question, averaged over questions by their number of answers.

    Questions whose points and marks are all the same say nothing of agreement and are left out.
    """
    graded = ~np.isnan(marks.credit)
    gold = (marks.credit * marks.points)[graded]
    points = np.floor((side.credit * marks.points)[graded] + 0.5)
    kappas, sizes = [], []
    for question in np.unique(marks.question[graded]):
        here = marks.question[graded] == question
        kappa = quadratic_weighted_kappa(gold[here], points[here], alike=float("nan"))
        if not np.isnan(kappa):
            kappas.append(kappa)
            sizes.append(int(here.sum()))
    return float(np.average(kappas, weights=sizes)) if kappas else float("nan")


def differences(marks: Marks, first: Side, second: Side, samples: int = SAMPLES, seed: int = 0) -> list[Difference]:
    """Every metric that says something of these marks, with paired bootstrap intervals over the answers.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap.
    """
    telling = [metric for metric in METRICS if not np.isnan(metric.of(marks, first) + metric.of(marks, second))]
    chance, size = np.random.default_rng(seed), len(marks.label)
    drawn = np.empty((samples, len(telling)))
    for number in range(samples):
        rows = chance.integers(size, size=size)
        resampled = marks.take(rows), first.take(rows), second.take(rows)
        drawn[number] = [_difference(metric, *resampled) for metric in telling]
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=0)
    return [
        Difference(metric, metric.of(marks, first), metric.of(marks, second), float(low[n]), float(high[n]))
        for n, metric in enumerate(telling)
    ]


def _difference(metric: Metric, marks: Marks, first: Side, second: Side) -> float:
    return metric.of(marks, second) - metric.of(marks, first)


def _labelled(of: Callable[[Marks, Side], float]) -> Callable[[Marks, Side], float]:
    """A metric over the rows that a person gave a label."""

    def over_labelled(marks: Marks, side: Side) -> float:
        rows = np.flatnonzero(marks.label != _NO_LABEL)
        return of(marks.take(rows), side.take(rows)) if rows.size else float("nan")

    return over_labelled


def _rmse(marks: Marks, side: Side) -> float:
    squares = (marks.credit - side.credit)[~np.isnan(marks.credit)] ** 2
    return float(np.sqrt(squares.mean())) if squares.size else float("nan")


def _wrong_unreviewed(marks: Marks, side: Side) -> float:
    kept = ~side.review
    return float(1 - right(marks, side)[kept].mean()) if kept.any() else 0.0


METRICS = (
    Metric("accuracy", 1, lambda marks, side: float(right(marks, side).mean())),
    Metric("macro_f1", 1, _labelled(lambda marks, side: macro_f1(marks.label, side.label, len(LABELS)))),
    Metric("qwk", 1, quadratic_kappa),
    Metric("rmse", -1, _rmse),
    Metric("ece", -1, lambda marks, side: expected_calibration_error(side.confidence, right(marks, side))),
    Metric("left_to_the_grader", 1, lambda _, side: float(1 - side.review.mean())),
    Metric("wrong_unreviewed", -1, _wrong_unreviewed),
)
