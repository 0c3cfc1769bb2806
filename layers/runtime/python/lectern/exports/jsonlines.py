"""JSON Lines: every grade whole, one object per line. Nothing is left out, so it is the format to move grades with."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from lectern.exports.grade import ExportedGrade
from lectern.exports.gradebook import Assignment, Faults, Imported, Mark, Student
from lectern.exports.read import MOST_ID, Gathered
from lectern.exports.source import MOST_BYTES, lines

MOST_POINTS = 1_000_000

_KINDS: dict[str, tuple[type, ...]] = {
    "score": (int, float),
    "max_score": (int, float),
    "attempt": (int,),
    "confidence": (int, float, type(None)),
}
_REQUIRED = ("student_id", "class_id", "question_id", "score", "max_score")
_NAMES = [field.name for field in fields(ExportedGrade)]


def write(grades: Iterable[ExportedGrade]) -> Iterator[bytes]:
    """The file, line by line, UTF-8; the fields of ExportedGrade in their order. Nothing is held."""
    for grade in grades:
        yield json.dumps(vars(grade), ensure_ascii=False, allow_nan=False).encode("utf-8", "replace") + b"\n"


def read(chunks: Iterable[bytes], most_bytes: int = MOST_BYTES, *, partial: bool = False) -> Imported:
    """All of a file. Fields that are not an ExportedGrade's are ignored.

    Raises InvalidRequest with every fault's line and field (unless `partial`), and BodyTooLarge.
    """
    gathered = Gathered()
    for number, line in enumerate(lines(chunks, most_bytes), 1):
        if line.strip():
            row = _object(line, number, gathered.faults)
            if row is not None:
                _take(row, number, gathered)
    return gathered.imported(partial)


def _take(row: dict[str, Any], line: int, to: Gathered) -> None:
    student, section, question = row["student_id"], row["class_id"], row["question_id"]
    to.students.setdefault((section, student), Student(student, row.get("student_name", ""), section))
    found = Assignment(question, row.get("title", "") or question, float(row["max_score"]), section)
    to.assignments.setdefault(f"{section}\0{question}", found)
    told: dict[str, Any] = {
        name: row.get(name, default) for name, default in (("comment", ""), ("attempt", None), ("at", ""))
    }
    told |= {"section": section, "line": line, "points": found.points}
    to.add_mark(Mark(student, question, float(row["score"]), **told), "student_id")


def _object(line: str, number: int, faults: Faults) -> dict[str, Any] | None:
    """The line as an object whose fields are of the right kind; None, and faults, otherwise."""
    try:
        row = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError):
        faults.add(number, "", "is not JSON")
        return None
    if not isinstance(row, dict):
        faults.add(number, "", "is not an object")
        return None
    wrong = [(name, told) for name in _NAMES if (told := _wrong(row, name))]
    for name, told in wrong:
        faults.add(number, name, told)
    return None if wrong else row


def _wrong(row: dict[str, Any], name: str) -> str:
    if name not in row:
        return "is missing" if name in _REQUIRED else ""
    kinds = _KINDS.get(name, (str,))
    if isinstance(row[name], bool) or not isinstance(row[name], kinds):
        return f"is not a {'text' if kinds == (str,) else 'number'}"
    return _out_of_range(row, name, row[name])


def _out_of_range(row: dict[str, Any], name: str, value: Any) -> str:
    if name.endswith("_id") and not 0 < len(value) <= MOST_ID:
        return f"has {len(value):,} characters; 1 to {MOST_ID} are possible"
    if name == "score" and not 0 <= value <= _most(row):
        return "is not between 0 and max_score"
    if name == "max_score" and not 0 < value <= MOST_POINTS:
        return f"is not above 0 and up to {MOST_POINTS:,}"
    return "is below 0" if name == "attempt" and value < 0 else ""


def _most(row: dict[str, Any]) -> float:
    most = row.get("max_score")
    return min(most, MOST_POINTS) if isinstance(most, int | float) else MOST_POINTS


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
