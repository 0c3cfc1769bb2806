"""A gradebook with a row per student and a column per question; holds what it is given, so one class at a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from lectern.errors import InvalidRequest
from lectern.exports.grade import ExportedGrade

MOST_GRADES = 500_000


@dataclass
class Pivot:
    """`questions` in the order of their first grade; `grades` by (class, student) and question, the last attempt."""

    questions: dict[str, ExportedGrade] = field(default_factory=dict)
    students: dict[tuple[str, str], str] = field(default_factory=dict)
    grades: dict[tuple[str, str], dict[str, ExportedGrade]] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, str]]:
        """(class, student) by class, name and id."""
        return sorted(self.students, key=lambda who: (who[0], self.students[who].casefold(), who[1]))


def pivot(grades: Iterable[ExportedGrade]) -> Pivot:
    """Gather grades.

    Raises InvalidRequest for a question whose grades are out of different points (a column has one maximum), and for
    more than MOST_GRADES grades.
    """
    table = Pivot()
    for number, grade in enumerate(grades):
        if number >= MOST_GRADES:
            raise InvalidRequest(f"More than {MOST_GRADES:,} grades do not fit one table; export class by class.")
        _check_scale(grade, table.questions.setdefault(grade.question_id, grade))
        who = grade.class_id, grade.student_id
        table.students[who] = table.students.get(who) or grade.student_name
        answers = table.grades.setdefault(who, {})
        known = answers.get(grade.question_id)
        if known is None or grade.attempt >= known.attempt:
            answers[grade.question_id] = grade
    return table


def _check_scale(grade: ExportedGrade, first: ExportedGrade) -> None:
    if grade.max_score != first.max_score:
        told = f"{first.max_score:g} and out of {grade.max_score:g}"
        raise InvalidRequest(f"Question {grade.question_id[:50]!r} has grades out of {told}; regrade it first.")
