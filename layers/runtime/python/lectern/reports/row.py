"""What a report is told of one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lectern.gradebook import Grade

LABELS = ("correct", "contradictory", "incorrect")


@dataclass(frozen=True)
class Row:
    """One graded answer, or one row in error (`error` is not empty, and nothing else counts).

    `score` is the grader's, in points of 0..`max_score`. `mark` is what a teacher gave: points, or a label. `counted`
    are the points that count where they are not the grader's. `confidence` is 0..1.
    """

    question_id: str
    student_id: str = ""
    question: str = ""
    answer: str = ""
    max_score: float = 1.0
    label: str = ""
    score: float = 0.0
    confidence: float = 0.0
    needs_review: bool = False
    model_version: str = ""
    mark: float | str | None = None
    counted: float | None = None
    attempt: int = 1
    error: str = ""

    @property
    def credit(self) -> float:
        """The points that count as a share of all, 0..1."""
        return self._share(self.score if self.counted is None else self.counted)

    @property
    def grader_credit(self) -> float:
        """The grader's points as a share of all, 0..1."""
        return self._share(self.score)

    @property
    def mark_credit(self) -> float | None:
        """The teacher's points as a share of all; None where there are none, or they are not of the scale."""
        if self.mark is None or isinstance(self.mark, str):
            return None
        share = self.mark / self.max_score if self.max_score > 0 else -1.0
        return share if 0 <= share <= 1 else None

    @property
    def mark_label(self) -> str | None:
        """The teacher's label; None where there is none."""
        return self.mark if isinstance(self.mark, str) and self.mark in LABELS else None

    def _share(self, points: float) -> float:
        return min(1.0, max(0.0, points / self.max_score)) if self.max_score > 0 else 0.0


def from_batch(cells: Mapping[str, str], result: Mapping[str, Any] | None, error: str = "") -> Row:
    """A row of the batch contract: its cells, and the grading function's answer or else what was wrong."""
    if result is None:
        return Row(cells.get("question_id", ""), error=error or "not graded")
    return Row(
        question_id=cells.get("question_id", ""),
        student_id=cells.get("student_id", ""),
        question=cells.get("question", ""),
        answer=cells.get("answer", ""),
        max_score=float(cells["max_score"]),
        label=result["label"],
        score=float(result["score"]),
        confidence=float(result["confidence"]),
        needs_review=bool(result["needs_review"]),
        model_version=result["model"]["version"],
        mark=read_mark(cells.get("gold", "")),
        attempt=read_attempt(cells.get("attempt", "")),
    )


def from_grade(grade: "Grade") -> Row:
    """A grade of the gradebook: a teacher's decision is the mark beside the grader's points, and what counts."""
    return Row(
        question_id=grade.question_id,
        student_id=grade.student_id,
        question=grade.question,
        answer=grade.answer,
        max_score=grade.max_score,
        label=grade.machine.label,
        score=grade.machine.score,
        confidence=grade.machine.confidence,
        needs_review=grade.status in ("review", "sampled"),
        model_version=grade.machine.model.version,
        mark=grade.decision.score if grade.decision else None,
        counted=grade.score,
        attempt=grade.attempt,
    )


def read_mark(cell: str) -> float | str | None:
    """A teacher's mark: points, one of the labels, or None for an empty or unreadable cell."""
    text = cell.strip().lower()
    if not text or text in LABELS:
        return text or None
    try:
        points = float(text)
    except ValueError:
        return None
    return points if points >= 0 else None  # not NaN


def read_attempt(cell: str) -> int:
    """The number of an attempt; 1 where the cell says none."""
    text = cell.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1
