"""A grade by a question's own pack: the head's score, and a label that agrees with it."""

from typing import Any

from functions.grading.schemas import GradeRequest, PackReference
from lectern.calibration import review_threshold
from lectern.manifest import DEFAULT_ERROR_BUDGET, Calibration
from lectern.packs.features import Features
from lectern.packs.pack import QuestionPack

CORRECT_FROM = 0.5
"""An answer is correct from half of the credit on; below, the grader says whether it contradicts the reference."""


def adapt(request: GradeRequest, grade: dict[str, Any], pack: QuestionPack, answer: Features) -> dict[str, Any]:
    """The grader's fields as the pack has them; what the grader warns of still goes to review."""
    credit = pack.credit(answer)
    verdict = pack.scale.verdict(credit)
    chances = _probabilities(grade["probabilities"], pack.scale.at_least(CORRECT_FROM, credit))
    wrong = [label for label in chances if label != "correct"]
    correct = verdict.credit >= CORRECT_FROM
    budget = DEFAULT_ERROR_BUDGET if request.error_budget is None else request.error_budget
    threshold = review_threshold(Calibration(temperature=1, thresholds=pack.thresholds), budget)
    return grade | {
        "label": "correct" if correct else max(wrong, key=chances.__getitem__),
        "probabilities": chances,
        "score": request.score_of(verdict.credit, pack.step and pack.step * request.max_score),
        "confidence": verdict.confidence,
        "needs_review": verdict.confidence < threshold or bool(grade["warnings"]),
        "pack": PackReference(version=pack.version, grades=pack.grades),
    }


def _probabilities(grader: dict[str, float], correct: float) -> dict[str, float]:
    """The head's probability of correct; the rest in the grader's proportions."""
    parts = {label: max(chance, 1e-9) for label, chance in grader.items() if label != "correct"}
    share = (1 - correct) / sum(parts.values())
    return {label: parts[label] * share if label in parts else correct for label in grader}
