"""New revisions of many grades: as few transactions as possible, and none that fails for another grade's sake."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from lectern.errors import Conflict
from lectern.gradebook.documents import Grade
from lectern.gradebook.items import grade_of, writes
from lectern.gradebook.keys import Place, grade_key
from lectern.table import MOST_WRITES, Item, Put, Table

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
    for batch in _batches([(grade, writes(tenant, grade)) for grade in grades]):
        try:
            table.write([put for _, puts in batch for put in puts])
        except Conflict:
            refused += [grade for grade, puts in batch if len(batch) == 1 or not _written(table, puts)]
    return refused


def put_all(table: Table, items: Sequence[Item]) -> None:
    """Write items whatever is there, in few transactions. Raises StoreUnavailable: then some are written."""
    for batch in _batches([(item, [Put(item)]) for item in items]):
        table.write([put for _, puts in batch for put in puts])


def _written(table: Table, puts: Sequence[Put]) -> bool:
    try:
        table.write(puts)
    except Conflict:
        return False
    return True


Part = TypeVar("Part")


def _batches(parts: Sequence[tuple[Part, list[Put]]]) -> Iterator[list[tuple[Part, list[Put]]]]:
    """Parts, each with writes that belong together, in lists that a transaction takes."""
    batch: list[tuple[Part, list[Put]]] = []
    count = size = 0
    for part in parts:
        more = sum(len(str(value).encode()) for put in part[1] for value in put.item.values())
        if batch and (count + len(part[1]) > MOST_WRITES or size + more > MOST_BYTES):
            yield batch
            batch, count, size = [], 0, 0
        batch.append(part)
        count, size = count + len(part[1]), size + more
    if batch:
        yield batch
