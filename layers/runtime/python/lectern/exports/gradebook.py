"""What an import gives: students, assignments and marks; all of a file, or an error that names every fault."""

from dataclasses import dataclass

from lectern.errors import FieldError, InvalidRequest

MOST_FAULTS = 50
"""Named in one error; the rest are counted."""


@dataclass(frozen=True)
class Student:
    """A student as the file names them; `ids` are all its identifiers by column, of which one is the `id`."""

    id: str
    name: str = ""
    section: str = ""
    ids: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Assignment:
    """An assignment, which is a question here; `points` are None where the file doesn't say."""

    id: str
    title: str
    points: float | None = None
    section: str = ""


@dataclass(frozen=True)
class Mark:
    """A teacher's mark in points; `line` is where it stands, from 1."""

    student_id: str
    assignment_id: str
    score: float
    comment: str = ""
    attempt: int = 1
    at: str = ""
    section: str = ""
    line: int = 0


@dataclass(frozen=True)
class Imported:
    """A whole file, in its order."""

    students: tuple[Student, ...]
    assignments: tuple[Assignment, ...]
    marks: tuple[Mark, ...]


class Faults:
    """Faults of a file, gathered, so that one look mends all. No cell's content is told, only where and what."""

    def __init__(self) -> None:
        self._count = 0
        self._errors: list[FieldError] = []

    def add(self, line: int, column: str, told: str) -> None:
        """Note one; `column` may be empty."""
        self._count += 1
        if len(self._errors) < MOST_FAULTS:
            self._errors.append(FieldError((f"line {line}", *([column] if column else [])), told))

    def check(self) -> None:
        """Raise InvalidRequest if there are any."""
        if not self._count:
            return
        first = self._errors[0]
        where = ", ".join(str(part) for part in first.loc)
        more = f" and {self._count - 1:,} more" if self._count > 1 else ""
        raise InvalidRequest(f"Nothing was imported: {where}: {first.msg}{more}.", tuple(self._errors))


def refuse(line: int, column: str, told: str) -> InvalidRequest:
    """The error of a file that can't be read on."""
    faults = Faults()
    faults.add(line, column, told)
    try:
        faults.check()
    except InvalidRequest as error:
        return error
    raise AssertionError("a fault was added")
