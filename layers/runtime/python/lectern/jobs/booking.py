"""From a chunk's outcomes to the gradebook."""

from lectern.jobs.documents import Job
from lectern.jobs.split import Chunk
from lectern.jobs.work import Book, Outcome
from lectern.table import Table


def booking(table: Table) -> Book:
    """What writes grades into the gradebook of `table`."""

    def book(job: Job, chunk: Chunk, outcomes: list[Outcome]) -> None:
        pass

    return book
