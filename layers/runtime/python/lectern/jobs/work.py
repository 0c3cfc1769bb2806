"""Step: grade. A worker takes a chunk, grades what waits of it, and commits; whatever kills it, another one goes on."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lectern.batch.grades import error_text
from lectern.batch.table import Row
from lectern.errors import Conflict, LecternError, StoreUnavailable
from lectern.items import answer_all
from lectern.jobs.documents import ChunkPointer, Counts, Job, Place
from lectern.jobs.ledger import Entry, Ledger, Part, Range
from lectern.jobs.outcomes import Book, Outcome, read_outcomes
from lectern.jobs.places import folder
from lectern.jobs.split import Chunk, read_chunk
from lectern.models import Models
from lectern.packs.pack import QuestionPack
from lectern.packs.pointers import Pointer
from lectern.packs.repository import Packs
from lectern.principal import Principal
from lectern.services.notices import bury
from lectern.store import Store
from lectern.task import Task

GIVEN_UP = "The grader broke down over this row each time that it was tried."


@dataclass(frozen=True)
class Worker:
    """What grades a chunk of a task."""

    task: Task
    models: Models
    packs: Packs
    store: Store
    ledger: Ledger
    book: Book

    def work(self, job: Job, principal: Principal, pointer: ChunkPointer, request_id: str) -> Entry:
        """Grade, commit and book a chunk. Raises StoreUnavailable or Conflict: the state machine tries again."""
        entry = self.ledger.claim(pointer)
        chunk = read_chunk(self.store, pointer)
        try:
            while entry.state == "open":
                entry = self._next(job, principal, chunk, entry, request_id)
        except Conflict:
            raise
        except LecternError:
            self.ledger.release(entry)
            raise
        if entry.state == "committed":
            self.book(job, pointer, chunk, read_outcomes(self.store, entry))
            entry = self.ledger.write(entry, state="booked")
        return entry

    def _next(self, job: Job, principal: Principal, chunk: Chunk, entry: Entry, request_id: str) -> Entry:
        """The first range that waits; after the last one the chunk is committed."""
        (first, *rest), started = entry.waiting, time.monotonic()
        rows = chunk.rows[first.start : first.end]
        given_up = first.hopeless
        outcomes = [{"error": GIVEN_UP}] if given_up else self._graded(job, principal, chunk, rows, request_id)
        if given_up:
            bury([{"job": job.job_id, "tenant": job.tenant, "chunk": entry.number, "row": first.start}])
        part = self._keep(job, entry, first, outcomes)
        return self.ledger.write(
            entry,
            waiting=tuple(rest),
            parts=(*entry.parts, part),
            trying=bool(rest),
            state="open" if rest else "committed",
            counts=_counted(entry.counts, outcomes),
            milliseconds=entry.milliseconds + round((time.monotonic() - started) * 1000),
        )

    def _graded(
        self, job: Job, principal: Principal, chunk: Chunk, rows: Sequence[Row], request_id: str
    ) -> list[Outcome]:
        """Every row's outcome. Raises StoreUnavailable where one could not be graded now, but perhaps later."""
        items = [row.item | {"version": job.version} for row in rows if row.item]
        packs = Pinned(self.packs, chunk.packs)
        results = iter(answer_all(self.task, items, principal, request_id, self.models, packs) if items else ())
        outcomes = [_outcome(next(results)) if row.item else {"error": row.error} for row in rows]
        for outcome in outcomes:
            if outcome.pop("later", False):
                raise StoreUnavailable("A row can't be graded now; the chunk is tried again.")
        return outcomes

    def _keep(self, job: Job, entry: Entry, rows: Range, outcomes: list[Outcome]) -> Part:
        key = f"{folder(job.tenant, job.job_id)}results/{entry.number:06d}-{rows.start:06d}-{rows.end:06d}.json"
        written = self.store.put(key, json.dumps(outcomes).encode())
        return Part(start=rows.start, end=rows.end, place=Place(key=key, version_id=written.version_id))


@dataclass(frozen=True)
class Pinned:
    """The packs that a chunk's questions had when the job began."""

    packs: Packs
    pointers: dict[str, dict[str, Any]]

    def find(self, tenant: str, question_id: str) -> QuestionPack | None:
        """See FindsPacks."""
        pointer = self.pointers.get(question_id)
        return self.packs.at(tenant, Pointer.model_validate(pointer)) if pointer else None


def _outcome(result: dict[str, Any]) -> Outcome:
    """Without what names one run or one student."""
    if "error" in result:
        return {"error": error_text(result["error"]), "later": result["error"]["status"] == 503}
    return {"result": {name: value for name, value in result.items() if name not in ("id", "request_id")}}


def _counted(before: Counts, outcomes: Sequence[Outcome]) -> Counts:
    graded = [outcome["result"] for outcome in outcomes if "result" in outcome]
    return before.model_copy(
        update={
            "graded": before.graded + len(graded),
            "errors": before.errors + len(outcomes) - len(graded),
            "needs_review": before.needs_review + sum(result["needs_review"] for result in graded),
        }
    )
