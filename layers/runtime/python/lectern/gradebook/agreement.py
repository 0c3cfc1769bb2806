"""How far the grader agrees with the teachers who decided, and whether confident grades keep the error budget."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from statistics import fmean, pvariance
from typing import Literal

from lectern.gradebook.documents import Decision, Grade
from lectern.manifest import DEFAULT_ERROR_BUDGET, Document
from lectern.reports.intervals import of_share

COARSE = 5
"""On a scale of at most so many steps, scores agree within half a step; else within FINE of the points."""

FINE = 0.1

Verdict = Literal["kept", "exceeded", "open"]


class Figures(Document):
    """Decided grades, as shares: equal labels, scores within half a step (a tenth of the points on a fine scale), the
    mean distance of the scores in shares of the points; `qwk` where all have the same coarse scale.
    """

    decided: int
    same_label: float
    same_score: float
    mean_difference: float
    qwk: float | None = None


class Check(Document):
    """Confident grades that were sampled and decided: the share that was wrong, with its 95 % interval, against the
    budget (the mean of theirs). `kept` and `exceeded` are said when the interval lies on one side of it.
    """

    sampled: int
    wrong: int
    error: float | None = None
    low: float = 0.0
    high: float = 1.0
    budget: float
    verdict: Verdict = "open"


class Agreement(Document):
    """Of a class: all its decided grades, by question, and by the ISO week of the decision."""

    overall: Figures | None
    by_question: dict[str, Figures]
    by_week: dict[str, Figures]
    check: Check


def agreement(grades: Iterable[Grade]) -> Agreement:
    """The agreement over a class's grades; those that no teacher decided are left out."""
    decided = [grade for grade in grades if grade.decision]
    return Agreement(
        overall=figures(decided) if decided else None,
        by_question=_by(decided, lambda grade: grade.question_id),
        by_week=_by(decided, _week),
        check=check([grade for grade in decided if grade.sampled]),
    )


def figures(grades: Sequence[Grade]) -> Figures:
    """The figures of decided grades; there must be one."""
    distances = [_distance(grade) for grade in grades]
    return Figures(
        decided=len(grades),
        same_label=fmean(map(_same_label, grades)),
        same_score=fmean(map(_same_score, grades)),
        mean_difference=fmean(distances),
        qwk=_qwk(grades),
    )


def check(grades: Sequence[Grade]) -> Check:
    """What sampled, decided grades say of the budget. With a pack a score is wrong or right, else a label."""
    budgets = [DEFAULT_ERROR_BUDGET if grade.error_budget is None else grade.error_budget for grade in grades]
    budget = fmean(budgets) if budgets else DEFAULT_ERROR_BUDGET
    wrong = sum(not (_same_score if grade.machine.model.pack else _same_label)(grade) for grade in grades)
    share = of_share(wrong, len(grades))
    if share is None or share.low is None or share.high is None:
        return Check(sampled=0, wrong=0, budget=budget)
    low, high = share.low, share.high
    verdict: Verdict = "kept" if high <= budget else "exceeded" if low > budget else "open"
    return Check(
        sampled=len(grades), wrong=wrong, error=share.value, low=low, high=high, budget=budget, verdict=verdict
    )


def _by(grades: Iterable[Grade], name: Callable[[Grade], str]) -> dict[str, Figures]:
    parts: dict[str, list[Grade]] = {}
    for grade in grades:
        parts.setdefault(name(grade), []).append(grade)
    return {key: figures(parts[key]) for key in sorted(parts)}


def _week(grade: Grade) -> str:
    year, week, _ = datetime.fromisoformat(_decision(grade).at).isocalendar()
    return f"{year}-W{week:02d}"


def _decision(grade: Grade) -> Decision:
    assert grade.decision
    return grade.decision


def _distance(grade: Grade) -> float:
    return abs(_decision(grade).score - grade.machine.score) / grade.max_score


def _same_label(grade: Grade) -> bool:
    """By the teacher's label; without one an equal score, or half of the points on both sides, says the same."""
    decision, label = _decision(grade), grade.machine.label
    if decision.label:
        return decision.label == label
    half = decision.score >= grade.max_score / 2
    return decision.score == grade.machine.score or half == (label == "correct")


def _same_score(grade: Grade) -> bool:
    tolerance = grade.step / 2 / grade.max_score if grade.step and _coarse(grade) else FINE
    return _distance(grade) <= tolerance + 1e-9


def _coarse(grade: Grade) -> bool:
    return grade.step is not None and grade.max_score / grade.step <= COARSE + 1e-9


def _qwk(grades: Sequence[Grade]) -> float | None:
    """Quadratic weighted kappa (Cohen, 1968); None where the scales differ or are fine, or nothing varies."""
    if len({(grade.max_score, grade.step) for grade in grades}) > 1 or not _coarse(grades[0]):
        return None
    theirs, ours = [_decision(grade).score for grade in grades], [grade.machine.score for grade in grades]
    chance = pvariance(theirs) + pvariance(ours) + (fmean(theirs) - fmean(ours)) ** 2
    seen = fmean((one - other) ** 2 for one, other in zip(theirs, ours, strict=True))
    return 1 - seen / chance if chance else None
