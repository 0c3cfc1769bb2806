"""What an import gives: students, assignments and marks, and the faults of a file by line and column."""

from dataclasses import dataclass, field

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
    """A teacher's mark, out of `points` where the file says so; `line` is where it stands, from 1.

    No `attempt`: the student's last one.
    """

    student_id: str
    assignment_id: str
    score: float
    comment: str = ""
    attempt: int | None = None
    at: str = ""
    section: str = ""
    line: int = 0
    points: float | None = None


class Faults:
    """Faults of a file, gathered, so that one look mends all. No cell's content is told, only where and what."""

    def __init__(self) -> None:
        self.count = 0
        self.errors: list[FieldError] = []
        """The first MOST_FAULTS."""

    def add(self, line: int, column: str, told: str) -> None:
        """Note one; `column` may be empty."""
        self.count += 1
        if len(self.errors) < MOST_FAULTS:
            self.errors.append(FieldError((f"line {line}", *([column] if column else [])), told))

    def check(self) -> None:
        """Raise InvalidRequest if there are any."""
        if not self.count:
            return
        first = self.errors[0]
        where = ", ".join(str(part) for part in first.loc)
        more = f" and {self.count - 1:,} more" if self.count > 1 else ""
        raise InvalidRequest(f"Nothing was imported: {where}: {first.msg}{more}.", tuple(self.errors))


@dataclass(frozen=True)
class Imported:
    """A file, in its order, but for what the `faults` name."""

    students: tuple[Student, ...]
    assignments: tuple[Assignment, ...]
    marks: tuple[Mark, ...]
    faults: Faults = field(default_factory=Faults)


def refuse(line: int, column: str, told: str) -> InvalidRequest:
    """The error of a file that can't be read on."""
    faults = Faults()
    faults.add(line, column, told)
    try:
        faults.check()
    except InvalidRequest as error:
        return error
    raise AssertionError("a fault was added")
