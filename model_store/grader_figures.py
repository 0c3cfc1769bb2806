"""A grader's figures, from what its experts say: quality, int8 against fp32, confidence, what a budget leaves to it.

Two halves of the questions are each measured with the blend and the thresholds that the other half was fitted to.
"""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import LABELS
from lectern.manifest import Calibration
from model_store.calibrate import softmax, thresholds
from model_store.metrics import (
    Labels,
    accuracy,
    calibration_error_by_chance,
    expected_calibration_error,
    macro_f1,
    mean_interval,
    paired_interval,
    reliability,
    share_interval,
)
from model_store.recipes.grader.blend import Numbers, blended, fit_blend

BUDGET = 0.05
POINTS = 5
"""Of Mohler's scale."""


@dataclass(frozen=True)
class Told:
    """What the experts say: `int8` and `fp32` (n, 10) as `experts_graph` gives them; `sets` names an answer's part."""

    sets: NDArray[np.str_]
    questions: NDArray[np.str_]
    gold: Labels
    int8: Numbers
    fp32: Numbers

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which answers are to questions that the model remembers."""
        return np.asarray(self.int8[:, 7] > 0.5)

    def of(self, rows: NDArray[np.bool_]) -> "Told":
        """Some of the answers."""
        return Told(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))


@dataclass(frozen=True)
class Marked:
    """Answers marked in points: the `credit` (n,) that teachers gave, 0..1, and what the experts say, as in Told."""

    sets: NDArray[np.str_]
    questions: NDArray[np.str_]
    credit: Numbers
    int8: Numbers
    fp32: Numbers


def experts_of(said: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Cross-encoder's logits (n, 3), trees' (n, 3), [known, near] (n, 2)."""
    return said[:, :3], said[:, 3:6], said[:, 7:9]


def calibration_of(chances: Numbers, gold: Labels, known: NDArray[np.bool_]) -> Calibration:
    """Thresholds for known and for other questions; the blend's own scale serves as the temperature."""
    confidence, wrong = chances.max(axis=1), chances.argmax(axis=1) != gold
    of = {flag: thresholds(confidence[known == flag], wrong[known == flag]) for flag in (True, False)}
    return Calibration(temperature=1.0, thresholds=of[False], known=of[True])


def blend_of(told: Told) -> Numbers:
    """The blend (4, 3) of a build, fitted to these answers."""
    return np.round(fit_blend(*experts_of(told.int8), told.gold, told.sets), 4)


def blends_apart(told: Told) -> tuple[Numbers, Numbers]:
    """For each half of the questions the blend that the other half was fitted to."""
    half = _half(told)
    return blend_of(told.of(~half)), blend_of(told.of(half))


def figures(told: Told, marked: Marked, blend: Numbers, apart: tuple[Numbers, Numbers]) -> dict[str, Any]:
    """What evaluation.json holds of a grader with this blend; measured with the blends `apart`, by half."""
    shipped = softmax(blended(blend, *experts_of(told.int8)))
    half = _half(told)
    chances, fp32 = (_by_halves(half, said, apart) for said in (told.int8, told.fp32))
    passed = _passed(told, chances, half)
    names = sorted(set(told.sets.tolist()))
    return {
        "calibration": calibration_of(shipped, told.gold, told.known).model_dump(mode="json"),
        "metrics": {n: _metrics(told.gold, chances, fp32, passed, told.sets == n) for n in names},
        "points": {n: _points(marked, blend, marked.sets == n) for n in sorted(set(marked.sets.tolist()))},
        "int8_against_fp32": {n: _compared(told.gold, chances, fp32, told.sets == n) for n in names},
        "curves": {n: _curve(told.gold, chances, told.sets == n) for n in names},
        "reliability": {n: _reliability(told.gold, chances, told.sets == n) for n in names},
    }


def _half(told: Told) -> NDArray[np.bool_]:
    """Which of two halves (true, false) each answer's question is in."""
    return np.array([sum(question.encode()) % 2 == 0 for question in told.questions])


def _by_halves(half: NDArray[np.bool_], said: Numbers, apart: tuple[Numbers, Numbers]) -> Numbers:
    first, second = (softmax(blended(blend, *experts_of(said))) for blend in apart)
    return np.where(half[:, None], first, second)


def _passed(told: Told, chances: Numbers, half: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is left to the grader at BUDGET, each half of the questions by thresholds from the other half."""
    passed = np.zeros(len(half), dtype=bool)
    for side in (True, False):
        fitted = calibration_of(chances[half != side], told.gold[half != side], told.known[half != side])
        for known, entries in ((True, fitted.known), (False, fitted.thresholds)):
            limits = [entry.confidence for entry in entries if entry.budget == BUDGET]
            rows = (half == side) & (told.known == known)
            passed[rows] = chances[rows].max(axis=1) >= (limits[0] if limits else np.inf)
    return passed


def _metrics(
    gold: Labels, chances: Numbers, fp32: Numbers, passed: NDArray[np.bool_], rows: NDArray[np.bool_]
) -> dict[str, float]:
    right, said, other = gold[rows], chances[rows].argmax(axis=1), fp32[rows].argmax(axis=1)
    kept, wrong = passed[rows], said != right
    low, high = share_interval(int(wrong[kept].sum()), int(kept.sum()))
    found = {
        "answers": len(right),
        "accuracy": accuracy(right, said),
        "macro_f1": macro_f1(right, said, len(LABELS)),
        "macro_f1_fp32": macro_f1(right, other, len(LABELS)),
        "labels_agree": accuracy(said, other),
        "ece": expected_calibration_error(chances[rows].max(axis=1), said == right),
        "ece_by_chance": calibration_error_by_chance(chances[rows].max(axis=1)),
        "coverage": float(kept.mean()),
        "error": float(wrong[kept].mean()) if kept.any() else 0.0,
        "error_low": low,
        "error_high": high,
    }
    return {name: round(value, 4) for name, value in found.items()}


def _compared(gold: Labels, chances: Numbers, fp32: Numbers, rows: NDArray[np.bool_]) -> dict[str, Any]:
    right, int8, other = gold[rows], chances[rows].argmax(axis=1), fp32[rows].argmax(axis=1)
    low, high = paired_interval(right, int8, other, len(LABELS))
    return {
        "answers": len(right),
        "macro_f1_int8": round(macro_f1(right, int8, len(LABELS)), 4),
        "macro_f1_fp32": round(macro_f1(right, other, len(LABELS)), 4),
        "difference_95": [round(low, 4), round(high, 4)],
        "labels_agree": round(accuracy(int8, other), 4),
    }


def credit_of(said: Numbers, blend: Numbers) -> Numbers:
    """(n,): the credit as the graph computes it."""
    correct, akin = softmax(blended(blend, *experts_of(said)))[:, 0], said[:, 9]
    return np.clip(correct + akin * (said[:, 6] - correct), 0, 1)


def _points(marked: Marked, blend: Numbers, rows: NDArray[np.bool_]) -> dict[str, Any]:
    """Root mean square errors on the scale of 0 to POINTS, and the interval of their squares' difference."""
    gold = marked.credit[rows]
    int8, fp32 = (POINTS * (credit_of(said[rows], blend) - gold) for said in (marked.int8, marked.fp32))
    low, high = mean_interval(int8**2 - fp32**2)
    return {
        "answers": len(gold),
        "questions": len(set(marked.questions[rows].tolist())),
        "rmse": round(float(np.sqrt(np.mean(int8**2))), 4),
        "rmse_fp32": round(float(np.sqrt(np.mean(fp32**2))), 4),
        "squares_difference_95": [round(low, 4), round(high, 4)],
    }


def _curve(gold: Labels, chances: Numbers, rows: NDArray[np.bool_]) -> list[list[float]]:
    """[coverage, error] from the most to the least confident tenth of the answers and on to all."""
    order = np.argsort(-chances[rows].max(axis=1), kind="stable")
    wrong = (chances[rows].argmax(axis=1) != gold[rows])[order]
    counts = [round(len(wrong) * share / 20) for share in range(1, 21)]
    return [[round(count / len(wrong), 3), round(float(wrong[:count].mean()), 4)] for count in counts if count]


def _reliability(gold: Labels, chances: Numbers, rows: NDArray[np.bool_]) -> list[list[float]]:
    said, sure = chances[rows].argmax(axis=1), chances[rows].max(axis=1)
    return [[round(value, 4) for value in one] for one in reliability(sure, said == gold[rows])]
