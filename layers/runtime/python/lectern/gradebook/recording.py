"""What a machine's grade does to the grade that is there already."""

import hashlib
from collections.abc import Iterable, Mapping

from lectern.gradebook.documents import Event, Grade
from lectern.gradebook.grading import carried, status_of
from lectern.gradebook.keys import Place

MOST_REMEMBERED = 100
"""Jobs and imports that a place knows again."""


def latest(grades: Iterable[Grade]) -> dict[Place, Grade]:
    """Of several grades for one place, the one of the last row."""
    last: dict[Place, Grade] = {}
    for grade in grades:
        if grade.place not in last or _row(grade) > _row(last[grade.place]):
            last[grade.place] = grade
    return last


def successor(grade: Grade, current: Grade | None, event: Event) -> Grade | None:
    """The revision that records a machine's grade; None where nothing changes.

    That is: the grade is there already, or was and has a successor, or a later row of its job was here.
    """
    if current and (grade.key == current.key or was_here(grade, current)):
        return None
    return revised(grade, current, event)


def revised(grade: Grade, current: Grade | None, event: Event) -> Grade:
    """The revision that a machine's grade makes of what is there; a decision that can be carried over stands."""
    changes = {
        "decision": carried(current.decision, current, grade) if current else None,
        "comments": current.comments if current else (),
        "revision": current.revision + 1 if current else 1,
        "event": event,
        "jobs": remembered(current.jobs if current else {}, grade.job_id, _row(grade)),
    }
    made = grade.model_copy(update=changes)
    return made.model_copy(update={"status": status_of(made)})


def was_here(grade: Grade, current: Grade) -> bool:
    """Whether this grade of its job, or one of a later row of it, has been recorded in this place."""
    return _row(grade) <= current.jobs.get(name_of(grade.job_id), "")


def remembered(jobs: Mapping[str, str], job_id: str, row: str) -> dict[str, str]:
    """The jobs that a place knows, with this one's row as the last of them."""
    others = [(job, known) for job, known in jobs.items() if job != name_of(job_id)]
    return dict([*others, (name_of(job_id), row)][-MOST_REMEMBERED:])


def name_of(job_id: str) -> str:
    """The name by which a place knows a job again."""
    return hashlib.sha256(job_id.encode()).hexdigest()[:16]


def _row(grade: Grade) -> str:
    """Sorts by row; by digest where a job counts no rows."""
    return f"{grade.row:012d} {grade.key[:16]}"
