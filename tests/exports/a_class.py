"""A small class with everything that has gone wrong in gradebooks: formulas, commas, quotes, scripts of the world."""

from collections.abc import Iterator

from lectern.exports import ExportedGrade

AT = "2026-03-02T07:08:09+01:00"


def grade(student: str, question: str, score: float, most: float = 2, **more: object) -> ExportedGrade:
    return ExportedGrade(student, "7b", question, score, most, **{"at": AT, "title": "", **more})  # type: ignore[arg-type]


CLASS = [
    grade("s-1", "salt", 1.5, student_name="Müller, Zoë", title="Why does salt\n melt ice?", comment="=good, really"),
    grade("s-2", "salt", 0, student_name='"Q" 李', title="Why does salt\n melt ice?", comment="-1 for spelling"),
    grade("=1+1", "salt", 2, student_name="=HYPERLINK(A1)", title="Why does salt\n melt ice?"),
    grade("s-1", "4711", 1 / 3, 1, student_name="Müller, Zoë", title="Ice (draft)"),
    grade("=1+1", "4711", 0.1, 1, student_name="=HYPERLINK(A1)", title="Ice (draft)", comment="two\nlines"),
]


def scores_of(grades: list[ExportedGrade]) -> set[tuple[str, str, float]]:
    return {(grade.student_id, grade.question_id, grade.score) for grade in grades}


def many(students: int, questions: int) -> Iterator[ExportedGrade]:
    """In the gradebook's order."""
    for question in range(questions):
        for student in range(students):
            name, title = f"Student {student}", f"Question {question}"
            yield grade(f"s{student}", f"q{question}", student % 3, student_name=name, title=title, comment="fine")
