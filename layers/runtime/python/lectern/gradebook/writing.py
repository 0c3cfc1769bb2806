"""New revisions of many grades: as few transactions as possible, and none that fails for another grade's sake."""

from collections.abc import Iterable, Iterator, Sequence

from lectern.errors import Conflict
from lectern.gradebook.documents import Grade
from lectern.gradebook.items import grade_of, writes
from lectern.gradebook.keys import Place, grade_key
from lectern.table import MOST_WRITES, Put, Table

MOST_BYTES = 3_000_000
"""Of one transaction; DynamoDB takes 4 MB."""


def read(table: Table, tenant: str, places: Iterable[Place]) -> dict[Place, Grade]:
    """The grades that are there, by place."""
    found = table.get_many([grade_key(tenant, place) for place in places])
    return {grade.place: grade for grade in map(grade_of, found)}


def write(table: Table, tenant: str, grades: Sequence[Grade]) -> list[Grade]:
    """Write revisions, each with its history or not at all; returns those that somebody else was first to change.

    No two may be of one place. Raises StoreUnavailable: then some are written, each whole.
    """
    refused = []
    for batch in _batches(tenant, grades):
        try:
            table.write([put for _, puts in batch for put in puts])
        except Conflict:
            refused += [grade for grade, puts in batch if len(batch) == 1 or not _written(table, puts)]
    return refused


def _written(table: Table, puts: Sequence[Put]) -> bool:
    try:
        table.write(puts)
    except Conflict:
        return False
    return True


Batch = list[tuple[Grade, list[Put]]]


def _batches(tenant: str, grades: Sequence[Grade]) -> Iterator[Batch]:
    batch: Batch = []
    size = 0
    for grade in grades:
        puts = writes(tenant, grade)
        more = sum(len(part.encode()) for put in puts for part in put.item.values() if isinstance(part, str))
        if batch and (2 * len(batch) + 2 > MOST_WRITES or size + more > MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((grade, puts))
        size += more
    if batch:
        yield batch
