"""The ledger of a job's chunks: what is graded, what is being tried, and how often that ended in a dead worker.

An entry's revision is its fencing token: a claim raises it, and whoever writes must still know the newest one.
"""

from contextlib import suppress
from typing import Any, Literal

from lectern.errors import LecternError
from lectern.jobs.documents import ChunkPointer, Counts, Place
from lectern.jobs.places import chunk_sk, ledger_pk
from lectern.manifest import Document
from lectern.table import Table

DEATHS = 2
"""So many workers may die over a range before it is cut in halves, or, if it is one row, given up."""


class Range(Document):
    """Rows from `start` to before `end` of a chunk, and how many workers died over them."""

    start: int
    end: int
    deaths: int = 0

    @property
    def hopeless(self) -> bool:
        """Whether this is one row that has killed enough workers."""
        return self.end - self.start == 1 and self.deaths >= DEATHS


class Part(Document):
    """The outcomes of a range of rows, and where they lie."""

    start: int
    end: int
    place: Place


class Entry(Document):
    """What is known of a chunk. `trying`: a worker has begun the first of the ranges that wait."""

    number: int
    rows: int
    state: Literal["open", "committed", "booked"] = "open"
    trying: bool = False
    waiting: tuple[Range, ...] = ()
    parts: tuple[Part, ...] = ()
    counts: Counts = Counts()
    milliseconds: int = 0
    """How long the grading took, all ranges together."""
    revision: int = 0


class Ledger:
    """The entries of one job. Every method raises StoreUnavailable; those that write also Conflict."""

    def __init__(self, table: Table, tenant: str, job_id: str) -> None:
        self._table, self._pk = table, ledger_pk(tenant, job_id)

    def entries(self) -> dict[int, Entry]:
        """Every chunk that a worker has begun, by number."""
        return {item["number"]: _entry(item) for item in self._table.all(self._pk, "CHUNK#")}

    def claim(self, chunk: ChunkPointer) -> Entry:
        """Begin a chunk, or go on with it, and shut out whoever had it before; a finished one comes back as it is."""
        item = self._table.get(self._pk, chunk_sk(chunk.number))
        whole = (Range(start=0, end=chunk.rows),)
        entry = _entry(item) if item else Entry(number=chunk.number, rows=chunk.rows, waiting=whole)
        if entry.state != "open":
            return entry
        waiting = after_death(entry.waiting) if entry.trying else entry.waiting
        return self.write(entry, trying=bool(waiting), waiting=waiting)

    def write(self, entry: Entry, **values: Any) -> Entry:
        """The entry's next revision. Raises Conflict where the one that is given is no longer the newest."""
        changed = entry.model_copy(update={**values, "revision": entry.revision + 1})
        item = {"pk": self._pk, "sk": chunk_sk(entry.number), **changed.model_dump(mode="json")}
        self._table.put(item, expected=entry.revision)
        return changed

    def release(self, entry: Entry) -> None:
        """Give a chunk back alive, so that no death is counted; where that fails, one is."""
        with suppress(LecternError):  # another worker has it, or the table is away
            self.write(entry, trying=False)


def after_death(waiting: tuple[Range, ...]) -> tuple[Range, ...]:
    """What to try after a worker died over the first range: it again, or its halves."""
    first, *rest = waiting
    deaths = first.deaths + 1
    if deaths < DEATHS or first.end - first.start == 1:
        return (first.model_copy(update={"deaths": deaths}), *rest)
    middle = (first.start + first.end) // 2
    return (_half(first.start, middle), _half(middle, first.end), *rest)


def _half(start: int, end: int) -> Range:
    """A range after its whole killed: one death more and it is cut again; a single row gets the full number."""
    return Range(start=start, end=end, deaths=0 if end - start == 1 else DEATHS - 1)


def _entry(item: dict[str, Any]) -> Entry:
    return Entry.model_validate({name: item[name] for name in Entry.model_fields if name in item})
