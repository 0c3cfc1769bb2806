"""What a machine's grade does to the grade that is there already."""

from collections.abc import Iterable

from lectern.gradebook.documents import Event, Grade
from lectern.gradebook.grading import carried, status_of, token
from lectern.gradebook.keys import Place

MOST_REMEMBERED = 100
"""Recordings that a place knows again."""


def latest(grades: Iterable[Grade]) -> dict[Place, Grade]:
    """Of several grades for one place, the one of the last row."""
    last: dict[Place, Grade] = {}
    for grade in grades:
        if grade.place not in last or _later(grade, last[grade.place]):
            last[grade.place] = grade
    return last


def successor(grade: Grade, current: Grade | None, event: Event) -> Grade | None:
    """The revision that records a machine's grade; None where nothing changes.

    That is: the grade is there already, or was, from the same job, or a later row of that job is.
    """
    if current is None:
        return _revision(grade, None, event)
    if grade.key == current.key or token(grade) in current.jobs:
        return None
    if grade.job_id == current.job_id and not _later(grade, current):
        return None
    return _revision(grade, current, event)


def _revision(grade: Grade, current: Grade | None, event: Event) -> Grade:
    known = current.jobs if current else ()
    changes = {
        "decision": carried(current.decision, current, grade) if current else None,
        "comments": current.comments if current else (),
        "revision": current.revision + 1 if current else 1,
        "event": event,
        "jobs": (*known, token(grade))[-MOST_REMEMBERED:],
    }
    made = grade.model_copy(update=changes)
    return made.model_copy(update={"status": status_of(made)})


def _later(grade: Grade, other: Grade) -> bool:
    return (grade.row, grade.key) > (other.row, other.key)
