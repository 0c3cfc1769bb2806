"""What an export is told of one grade, and which grades go out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lectern.gradebook import Grade

DECIDED = frozenset({"approved", "overridden"})
CONFIDENT = frozenset({"confident", "sampled"})
"""Confident in the grader's own view; a sampled one also waits for a teacher, as a check on the error budget."""

LONGEST_TITLE = 80
"""Of a question that has no title but its text."""


@dataclass(frozen=True)
class ExportedGrade:
    """One grade as it counts: `score` in points of 0..`max_score`, given `at` (ISO 8601) `by` a teacher or a release.

    `status` is one of confident, sampled, review, approved, overridden. `comment` is for the student.
    """

    student_id: str
    class_id: str
    question_id: str
    score: float
    max_score: float
    status: str = "approved"
    student_name: str = ""
    title: str = ""
    attempt: int = 1
    label: str = ""
    confidence: float | None = None
    model_version: str = ""
    comment: str = ""
    by: str = ""
    at: str = ""

    @property
    def is_settled(self) -> bool:
        """Whether a teacher decided."""
        return self.status in DECIDED


def exported(grade: "Grade", student_name: str = "", title: str = "") -> ExportedGrade:
    """A grade of the gradebook. Its remarks go out; the reason of an override doesn't, it is not for the student."""
    decision, machine, told = grade.decision, grade.machine, " ".join(grade.question.split())
    overridden = decision is not None and decision.kind == "overridden"
    return ExportedGrade(
        student_id=grade.student_id,
        class_id=grade.class_id,
        question_id=grade.question_id,
        score=grade.score,
        max_score=grade.max_score,
        status=grade.status,
        student_name=student_name,
        title=title or (told if len(told) <= LONGEST_TITLE else told[: LONGEST_TITLE - 1] + "…"),
        attempt=grade.attempt,
        label=(decision.label or "") if decision and overridden else machine.label,
        confidence=machine.confidence,
        model_version=machine.model.version,
        comment="\n".join(remark.text for remark in grade.comments),
        by=decision.by if decision else f"{machine.model.name} {machine.model.version}",
        at=decision.at if decision else grade.event.at,
    )


def settled(grades: Iterable[ExportedGrade], confident_count: bool = False) -> Iterator[ExportedGrade]:
    """The grades that a teacher decided on; `confident_count`: and those that the class lets pass as they are."""
    statuses = DECIDED | CONFIDENT if confident_count else DECIDED
    return (grade for grade in grades if grade.status in statuses)


def last_attempts(grades: Iterable[ExportedGrade]) -> Iterator[ExportedGrade]:
    """One grade for each class, question and student: the last attempt, the later one of two with the same number.

    Grades come by class and question, and a student's attempts together, as the gradebook lists them; memory holds
    the students of one question. Raises ValueError where they don't: a student would be told twice.
    """
    held: ExportedGrade | None = None
    order = _Order()
    for grade in grades:
        if held and _place(held) == _place(grade):
            held = grade if grade.attempt >= held.attempt else held
            continue
        if held:
            yield held
        order.check(grade)
        held = grade
    if held:
        yield held


class _Order:
    """Knows again the questions that are over, and the students of the one that is not."""

    def __init__(self) -> None:
        self._question: tuple[str, str] | None = None
        self._over: set[tuple[str, str]] = set()
        self._students: set[str] = set()

    def check(self, grade: ExportedGrade) -> None:
        question = grade.class_id, grade.question_id
        if question != self._question:
            self._over |= {self._question} if self._question else set()
            self._question, self._students = question, set()
        if question in self._over or grade.student_id in self._students:
            raise ValueError("grades must come by class and question, and a student's attempts together")
        self._students.add(grade.student_id)


def _place(grade: ExportedGrade) -> tuple[str, str, str]:
    return grade.class_id, grade.question_id, grade.student_id
