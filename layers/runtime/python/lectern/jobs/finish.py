"""Step: finish. Chunks and outcomes, as streams, become the job's results; every row has a grade or an error."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lectern.batch.grades import Grade, counted, header, line
from lectern.batch.lines import EmptyTable, TableError
from lectern.batch.summary import Summary
from lectern.batch.table import REQUIRED, stream_table
from lectern.errors import UnknownObject
from lectern.jobs.documents import Counts, Job, Place
from lectern.jobs.ledger import Ledger
from lectern.jobs.outcomes import read_outcomes
from lectern.jobs.places import folder
from lectern.jobs.report import earlier_jobs, report_files
from lectern.jobs.repository import Jobs, now
from lectern.jobs.split import Chunk, read_chunk, read_pointers
from lectern.reports import Tally
from lectern.store import Store

NOT_GRADED = "The row was not graded: its part of the job failed or was stopped. Running the job again takes it up."


class Results(NamedTuple):
    """Where the results are, and their counts; `whole` unless a chunk was never committed, or never booked."""

    outputs: dict[str, Place]
    counts: Counts
    whole: bool


class Graded(NamedTuple):
    """A chunk with its grades, in the order of the rows."""

    chunk: Chunk
    grades: list[Grade]
    milliseconds: int
    whole: bool


def finish(job: Job, store: Store, ledger: Ledger, before: Sequence[Job] = ()) -> Results:
    """Write the results: grades, summary, report with its figures. `before` are earlier jobs of the class.

    Raises StoreUnavailable.
    """
    summary, tally, whole, chunks = Summary(), Tally(), True, 0
    with tempfile.NamedTemporaryFile(prefix="lectern-", suffix=".csv") as file:
        for chunks, graded in enumerate(_graded(job, store, ledger), start=1):
            if chunks == 1:
                file.write(header(graded.chunk.columns))
            for grade in graded.grades:
                file.write(line(graded.chunk.columns, grade))
                summary.add(grade)
                tally.add(counted(grade))
            tally.add_milliseconds(graded.milliseconds)
            whole = whole and graded.whole
        if not chunks:
            file.write(header(_columns(job, store)))
        file.flush()
        key = f"{folder(job.tenant, job.job_id)}grades.csv"
        outputs = {"grades.csv": Place(key=key, version_id=store.upload(key, Path(file.name)).version_id)}
    text = json.dumps(summary.document(_input_digest(job, store)), indent=2, ensure_ascii=False, allow_nan=False)
    small = {"summary.json": f"{text}\n".encode(errors="replace"), **report_files(job, tally, before, store)}
    outputs |= {name: _put(store, f"{folder(job.tenant, job.job_id)}{name}", data) for name, data in small.items()}
    counts = Counts(
        rows=summary.rows,
        graded=summary.rows - summary.errors,
        errors=summary.errors,
        needs_review=summary.needs_review,
        chunks=chunks,
    )
    return Results(outputs, counts, whole)


def finish_job(jobs: Jobs, job: Job, store: Store, ledger: Ledger, failed: str = "") -> Job:
    """Put the results together and close the job. `failed` says why the state machine gave up, if it did."""
    found = finish(job, store, ledger, earlier_jobs(jobs, job))
    state = "failed" if failed and not found.whole else "done_with_errors" if found.counts.errors else "done"
    reason = "" if found.whole else failed or "Some chunks could not be graded, or not be booked; run the job again."
    return jobs.change(
        job.tenant, job.job_id, state=state, reason=reason, counts=found.counts, outputs=found.outputs, ended=now()
    )


def without_rows(job: Job, store: Store) -> dict[str, Place]:
    """What a job gives whose file has nothing in it: `grades.csv`, its header line alone. Of other jobs, nothing.

    Raises StoreUnavailable.
    """
    try:
        _columns(job, store)
    except EmptyTable:
        return {"grades.csv": _put(store, f"{folder(job.tenant, job.job_id)}grades.csv", header(REQUIRED))}
    except (TableError, UnknownObject):
        pass
    return {}


def _columns(job: Job, store: Store) -> tuple[str, ...]:
    """The columns of the job's file. Raises TableError, UnknownObject."""
    with store.stream(job.input.key, job.input.version_id) as source:
        return stream_table(source)[0]


def _graded(job: Job, store: Store, ledger: Ledger) -> Iterator[Graded]:
    """Chunk by chunk; one that nobody committed is all errors."""
    entries = ledger.entries()
    for pointer in read_pointers(store, job.tenant, job.job_id):
        chunk, entry = read_chunk(store, pointer), entries.get(pointer.number)
        committed = entry is not None and entry.state != "open"
        outcomes = read_outcomes(store, entry) if entry and committed else [{"error": NOT_GRADED}] * len(chunk.rows)
        pairs = zip(chunk.rows, outcomes, strict=True)
        grades = [Grade(row, o.get("result"), row.error or o.get("error", "")) for row, o in pairs]
        booked = entry is not None and entry.state == "booked"
        yield Graded(chunk, grades, entry.milliseconds if entry else 0, booked)


def _put(store: Store, key: str, data: bytes) -> Place:
    return Place(key=key, version_id=store.put(key, data).version_id)


def _input_digest(job: Job, store: Store) -> str:
    digest = hashlib.sha256()
    try:
        with store.stream(job.input.key, job.input.version_id) as source:
            while data := source.read(1 << 20):
                digest.update(data)
    except UnknownObject:
        return ""
    return digest.hexdigest()
