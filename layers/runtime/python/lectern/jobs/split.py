"""Step: split. The file, as a stream, becomes chunks of rows in the data store and one list of pointers to them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from lectern.batch.lines import TableError
from lectern.batch.table import Row, stream_table
from lectern.errors import InvalidRequest, UnknownObject
from lectern.jobs.bank import Bank
from lectern.jobs.documents import ChunkPointer, Counts, Job
from lectern.jobs.places import folder
from lectern.jobs.repository import Jobs
from lectern.packs.pointers import Pointers
from lectern.store import Store

CHUNK_CHARACTERS = 1_000_000
"""Of a chunk's texts, about; a row that has more is a chunk of its own."""


class Chunk(NamedTuple):
    """What a worker is given: rows, and their questions' packs (`Pointer` documents) as they were at the start."""

    columns: list[str]
    rows: list[Row]
    packs: dict[str, dict[str, Any]]


class Split(NamedTuple):
    """Where the list of pointers lies, and how many chunks and rows it stands for."""

    key: str
    chunks: int
    rows: int


def split(job: Job, store: Store, packs: Pointers, bank: Bank) -> Split:
    """Cut the job's file; done again, it finds what it wrote, so that the packs are those of the beginning.

    Raises:
        InvalidRequest: the file as a whole can't be read, or is gone; the sentence says why.
        StoreUnavailable: try again.
    """
    key = f"{folder(job.tenant, job.job_id)}chunks.json"
    with suppress(UnknownObject):
        return _split(key, read_pointers(store, job.tenant, job.job_id))
    try:
        with store.stream(job.input.key, job.input.version_id) as source:
            columns, rows = stream_table(source)
            pieces = _pieces((bank.completed(row) for row in rows), job.settings.chunk_rows)
            pointers = list(_written(job, store, columns, pieces, packs))
    except TableError as error:
        raise InvalidRequest(f"The file can't be read: {error}.") from error
    except UnknownObject as error:
        raise InvalidRequest("The file is gone from the store, or its version is.") from error
    store.put(key, json.dumps([pointer.model_dump() for pointer in pointers]).encode())
    return _split(key, pointers)


def split_job(jobs: Jobs, tenant: str, job_id: str, store: Store, packs: Pointers, bank: Bank) -> Split:
    """Split a job and say in the table that it runs. Raises as `split`, and UnknownJob."""
    found = split(jobs.get(tenant, job_id), store, packs, bank)
    jobs.change(tenant, job_id, state="running", counts=Counts(rows=found.rows, chunks=found.chunks))
    return found


def read_pointers(store: Store, tenant: str, job_id: str) -> list[ChunkPointer]:
    """The list that `split` wrote, in the order of the rows. Raises UnknownObject or StoreUnavailable."""
    data = store.get(f"{folder(tenant, job_id)}chunks.json").data
    return [ChunkPointer.model_validate(entry) for entry in json.loads(data)]


def read_chunk(store: Store, pointer: ChunkPointer) -> Chunk:
    """A chunk as `split` wrote it. Raises UnknownObject or StoreUnavailable."""
    found = json.loads(store.get(pointer.key, pointer.version_id).data)
    return Chunk(found["columns"], [Row(**row) for row in found["rows"]], found["packs"])


def _split(key: str, pointers: Sequence[ChunkPointer]) -> Split:
    return Split(key, len(pointers), sum(pointer.rows for pointer in pointers))


def _pieces(rows: Iterable[Row], most: int) -> Iterator[tuple[int, list[Row]]]:
    """Rows in pieces, numbered from 1."""
    piece, size, number = list[Row](), 0, 1
    for row in rows:
        length = sum(map(len, row.cells.values()))
        if piece and (len(piece) == most or size + length > CHUNK_CHARACTERS):
            yield number, piece
            piece, size, number = [], 0, number + 1
        piece.append(row)
        size += length
    if piece:
        yield number, piece


def _chunk(job: Job, columns: tuple[str, ...], rows: list[Row], packs: Pointers) -> Chunk:
    questions = sorted({row.item["question_id"] for row in rows if row.item and "question_id" in row.item})
    found = {question: packs.find(job.tenant, question) for question in questions}
    return Chunk(list(columns), rows, {name: pointer.model_dump() for name, pointer in found.items() if pointer})


def _written(
    job: Job, store: Store, columns: tuple[str, ...], pieces: Iterable[tuple[int, list[Row]]], packs: Pointers
) -> Iterator[ChunkPointer]:
    first = 1
    for number, rows in pieces:
        yield _write(job, store, number, first, _chunk(job, columns, rows, packs))
        first += len(rows)


def _write(job: Job, store: Store, number: int, first: int, chunk: Chunk) -> ChunkPointer:
    key = f"{folder(job.tenant, job.job_id)}chunks/{number:06d}.json"
    document = {"columns": chunk.columns, "packs": chunk.packs, "rows": [vars(row) for row in chunk.rows]}
    written = store.put(key, json.dumps(document).encode())  # ASCII: bytes that were not UTF-8 come back as they were
    return ChunkPointer(number=number, first=first, rows=len(chunk.rows), key=key, version_id=written.version_id)
