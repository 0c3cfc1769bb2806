"""What the formats' readers share: numbers, required columns, and a gradebook that has one row per student."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from lectern.errors import InvalidRequest
from lectern.exports.gradebook import Assignment, Faults, Imported, Mark, Student, refuse
from lectern.exports.records import Sheet

MOST_MARKS = 500_000
MOST_ID = 200

NO_SCORE = frozenset({"", "-", "n/a", "ex", "excused"})
"""Cells that say there is no mark."""


@dataclass
class Gathered:
    """An import as it grows."""

    students: dict[tuple[str, str], Student] = field(default_factory=dict)
    assignments: dict[str, Assignment] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    _places: set[tuple[str, str, str, int | None]] = field(default_factory=set)

    def add_mark(self, mark: Mark, column: str) -> None:
        """Take a mark, unless there is one for its student, assignment and attempt."""
        place = mark.section, mark.student_id, mark.assignment_id, mark.attempt
        if place in self._places:
            self.faults.add(mark.line, column, "a line before it has a mark for the same student and attempt")
        elif len(self.marks) >= MOST_MARKS:
            raise refuse(mark.line, column, f"the file has more than {MOST_MARKS:,} marks, which is the limit")
        else:
            self._places.add(place)
            self.marks.append(mark)

    def add_student(self, student: Student, line: int, column: str) -> bool:
        """Take a student, known by the column; False, and a fault, without an id or where a line before has it."""
        told = ""
        if not student.id:
            told = "is empty"
        elif len(student.id) > MOST_ID:
            told = f"has {len(student.id):,} characters; the limit is {MOST_ID}"
        elif (student.section, student.id) in self.students:
            told = "a line before it has the same student"
        if told:
            self.faults.add(line, column, told)
        else:
            self.students[student.section, student.id] = student
        return not told

    def imported(self, partial: bool) -> Imported:
        """Everything. Raises InvalidRequest with all that is wrong, unless what is right is wanted alone."""
        if not partial:
            self.faults.check()
        return Imported(tuple(self.students.values()), tuple(self.assignments.values()), tuple(self.marks), self.faults)


def read_score(cell: str, decimal: str = ".") -> float | None:
    """Points of a cell; None for a cell that has none. Raises ValueError with what is wrong."""
    text = cell.strip()
    if text.casefold() in NO_SCORE:
        return None
    if decimal == "," and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    try:
        if "_" in text or not text.isascii():
            raise ValueError
        score = float(text)
    except ValueError:
        raise ValueError("is not a number") from None
    if not math.isfinite(score):
        raise ValueError("is not a finite number")
    return score


def checked_score(cell: str, decimal: str, most: float | None, line: int, column: str, faults: Faults) -> float | None:
    """As `read_score`, faults noted; also one that is negative. Points above `most` are a fault too."""
    try:
        score = read_score(cell, decimal)
        if score is not None and score < 0:
            raise ValueError("is below 0")
        if score is not None and most is not None and score > most:
            raise ValueError("is above the points possible")
    except ValueError as error:
        faults.add(line, column, str(error))
        return None
    return score


def check_identifier(identifier: str, known: Iterable[str]) -> None:
    """Raise InvalidRequest for a column that doesn't identify students."""
    if identifier not in known:
        raise InvalidRequest(f"Students are not known by {identifier[:20]!r}, but by {', '.join(known)}.")


def require(sheet: Sheet, names: Iterable[str]) -> None:
    """Raise InvalidRequest where columns are missing."""
    missing = [name for name in names if sheet.place(name) is None]
    if missing:
        raise refuse(1, "", f"the header line lacks {', '.join(missing)}")
