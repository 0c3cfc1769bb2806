"""From a chunk's outcomes to the gradebook."""

import hashlib
from collections.abc import Mapping
from typing import Any

from lectern.batch.table import Row
from lectern.errors import InvalidRequest
from lectern.gradebook.book import Gradebook
from lectern.gradebook.documents import Grade
from lectern.gradebook.grading import graded
from lectern.gradebook.keys import Place
from lectern.jobs.documents import ChunkPointer, Job
from lectern.jobs.outcomes import Book, Outcome
from lectern.jobs.split import Chunk
from lectern.services.notices import bury
from lectern.table import Table

UNASSIGNED = "unassigned"
"""The class of rows that name none, in a job that names none."""


def booking(table: Table) -> Book:
    """What writes grades into the gradebook of `table`."""

    def book(job: Job, pointer: ChunkPointer, chunk: Chunk, outcomes: list[Outcome]) -> None:
        if not job.settings.gradebook:
            return
        pairs = enumerate(zip(chunk.rows, outcomes, strict=True), start=pointer.first)
        found = [_grade(job, row, outcome["result"], number) for number, (row, outcome) in pairs if "result" in outcome]
        Gradebook(table).record(job.tenant, [grade for grade in found if grade])

    return book


def place_of_row(row: Row, class_id: str) -> Place:
    """Where a row's grade belongs; a question without an id is known by its text, a student without one by the row."""
    cells = row.cells
    question = cells["question_id"] or f"text-{hashlib.sha256(cells['question'].encode()).hexdigest()[:16]}"
    attempt = int(cells.get("attempt", "").strip() or 1)
    return Place(cells.get("class") or class_id or UNASSIGNED, question, cells["student_id"] or cells["id"], attempt)


def _grade(job: Job, row: Row, result: Mapping[str, Any], number: int) -> Grade | None:
    try:
        return graded(job.tenant, place_of_row(row, job.class_id), row.item or {}, result, job.job_id, number)
    except InvalidRequest as error:  # texts that are too long for one item of the table
        bury([{"tenant": job.tenant, "job": job.job_id, "row": number, "not_booked": error.detail}])
        return None
