"""A worker under every fault: its chunk ends whole, each row once, whoever dies when."""

import contextlib
import dataclasses
import itertools
from pathlib import Path
from typing import Any, cast

import pytest

from functions.grading.task import TASK
from lectern.errors import Conflict, LecternError, StoreUnavailable
from lectern.gradebook.book import Gradebook
from lectern.jobs import work
from lectern.jobs.bank import Bank
from lectern.jobs.booking import booking
from lectern.jobs.documents import ChunkPointer, Job, JobSettings, Place
from lectern.jobs.finish import NOT_GRADED, finish
from lectern.jobs.ledger import Entry, Ledger, Range, after_death
from lectern.jobs.outcomes import read_outcomes
from lectern.jobs.split import read_pointers, split
from lectern.jobs.work import GIVEN_UP, Worker
from lectern.models import Models
from lectern.packs.pointers import Pointers
from lectern.packs.repository import Packs
from lectern.principal import Principal
from lectern.store import Store
from lectern.store.local import LocalStore
from lectern.table import Table
from tests.jobs.doubles import Faulty, Killed, answer_all, killed_at, sometimes

HEADER = "id,student_id,question_id,question,reference,answer,max_score\n"
TEACHER = Principal("school", "t")
TENANTS = (f"school-{number}" for number in itertools.count())


@pytest.fixture(autouse=True)
def grader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "answer_all", answer_all)


def started(store: Store, rows: int, tenant: str, chunk_rows: int = 10) -> tuple[Job, list[ChunkPointer]]:
    """A job of so many rows, cut; every third is right, every seventh blank."""
    lines = [f"r{n},s{n},q,Why?,gap,{answer_of(n)},2\n" for n in range(rows)]
    written = store.put("in.csv", (HEADER + "".join(lines)).encode())
    job = Job(
        job_id="j1",
        tenant=tenant,
        subject="t",
        class_id="c",
        name="n",
        input=Place(key="in.csv", version_id=written.version_id),
        version="1.0.0",
        digest="d" * 64,
        settings=JobSettings(chunk_rows=chunk_rows),
        created="2026-01-01",
    )
    split(job, store, Pointers(None), Bank(None, tenant, None))
    return job, read_pointers(store, tenant, "j1")


def answer_of(number: int) -> str:
    return " " if number % 7 == 6 else f"the gap {number}" if number % 3 == 0 else f"no {number}"


def worker(store: Any, table: Any, tenant: str) -> Worker:
    models = cast(Models, None)
    return Worker(TASK, models, Packs(None, 1), store, Ledger(table, tenant, "j1"), booking(table))


def booked(table: Table, tenant: str) -> dict[str, float]:
    grades = list(Gradebook(table).grades(tenant, "c"))
    assert len(grades) == len({grade.student_id for grade in grades})
    assert all(grade.revision == 1 for grade in grades)
    return {grade.student_id: grade.score for grade in grades}


def expected(rows: int) -> dict[str, float]:
    return {f"s{n}": 2.0 if n % 3 == 0 else 0.0 for n in range(rows) if n % 7 != 6}


def test_a_chunk_is_graded_committed_and_booked(local_store: LocalStore, table: Table) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)
    entry = worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
    assert (entry.state, entry.counts.graded, entry.counts.errors) == ("booked", 9, 1)
    outcomes = read_outcomes(local_store, entry)
    assert outcomes[6] == {"error": "answer: is blank"}
    assert outcomes[3]["result"]["score"] == 2
    assert outcomes[3]["result"]["model"]["version"] == "1.0.0"  # the job's, whatever is promoted meanwhile
    assert booked(table, tenant) == expected(10)


@pytest.mark.parametrize("number", range(0, 24, 3))
def test_death_at_any_call_changes_nothing(local_store: LocalStore, table: Table, number: int) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)
    fault = killed_at(number)
    dying = worker(Faulty(local_store, fault), Faulty(table, fault), tenant)
    with contextlib.suppress(Killed):
        dying.work(job, TEACHER, pointer, "r")
    entry = worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
    assert (entry.state, entry.counts.graded, entry.counts.errors) == ("booked", 9, 1)
    assert booked(table, tenant) == expected(10)


@pytest.mark.parametrize("seed", range(3))
def test_services_that_fail_in_a_fifth_of_the_calls(local_store: LocalStore, table: Table, seed: int) -> None:
    tenant = next(TENANTS)
    job, pointers = started(local_store, 40, tenant)
    fault = sometimes(0.2, seed)
    shaky = worker(Faulty(local_store, fault), Faulty(table, fault), tenant)
    for pointer in pointers:
        for _ in range(200):
            try:
                shaky.work(job, TEACHER, pointer, "r")
                break
            except LecternError:
                continue
    results = finish(job, local_store, Ledger(table, tenant, "j1"))
    assert (results.counts.rows, results.counts.graded, results.counts.errors) == (40, 35, 5)
    assert booked(table, tenant) == expected(40)
    text = local_store.get("tenants/" + tenant + "/jobs/j1/grades.csv").data.decode()
    assert GIVEN_UP not in text


def test_a_worker_that_lost_its_claim_writes_nothing(
    local_store: LocalStore, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)
    other = worker(local_store, table, tenant)

    def overtaken(*arguments: Any) -> list[dict[str, Any]]:
        monkeypatch.setattr(work, "answer_all", answer_all)
        other.work(job, TEACHER, pointer, "other")
        return answer_all(*arguments)

    monkeypatch.setattr(work, "answer_all", overtaken)
    with pytest.raises(Conflict):
        worker(local_store, table, tenant).work(job, TEACHER, pointer, "slow")
    assert worker(local_store, table, tenant).work(job, TEACHER, pointer, "again").state == "booked"
    assert booked(table, tenant) == expected(10)


def test_a_poisonous_row_is_found_by_halving(
    local_store: LocalStore, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)
    deaths = 0

    def poisoned(task: Any, items: list[dict[str, Any]], *rest: Any) -> list[dict[str, Any]]:
        if any(item["id"] == "r3" for item in items):
            raise Killed
        return answer_all(task, items, *rest)

    monkeypatch.setattr(work, "answer_all", poisoned)
    while True:
        try:
            entry = worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
            break
        except Killed:
            deaths += 1
            assert deaths < 12
    assert read_outcomes(local_store, entry)[3] == {"error": GIVEN_UP}
    assert (entry.counts.graded, entry.counts.errors) == (8, 2)
    assert booked(table, tenant) == {name: score for name, score in expected(10).items() if name != "s3"}


def test_what_can_not_be_graded_now_is_tried_again(
    local_store: LocalStore, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)
    later = {"error": {"detail": "later", "status": 503}}
    monkeypatch.setattr(work, "answer_all", lambda task, items, *_: [later, *answer_all(task, items[1:])])
    for _ in range(5):
        with pytest.raises(StoreUnavailable):
            worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
    (entry,) = Ledger(table, tenant, "j1").entries().values()
    assert entry.waiting == (Range(start=0, end=10, deaths=0),)  # nobody died
    monkeypatch.setattr(work, "answer_all", answer_all)
    assert worker(local_store, table, tenant).work(job, TEACHER, pointer, "r").counts.graded == 9


def test_rows_of_a_chunk_that_nobody_committed_are_errors(local_store: LocalStore, table: Table) -> None:
    tenant = next(TENANTS)
    job, (first, _) = started(local_store, 14, tenant, chunk_rows=7)
    worker(local_store, table, tenant).work(job, TEACHER, first, "r")
    results = finish(job, local_store, Ledger(table, tenant, "j1"))
    assert not results.whole
    assert (results.counts.rows, results.counts.graded, results.counts.errors) == (14, 6, 8)
    lines = local_store.get(results.outputs["grades.csv"].key).data.decode().splitlines()
    assert [line.startswith(f"r{n},") for n, line in enumerate(lines[1:])] == [True] * 14
    assert all(line.endswith(NOT_GRADED) for line in lines[8:])


def test_a_chunk_that_nobody_booked_leaves_the_job_open_to_another_run(local_store: LocalStore, table: Table) -> None:
    tenant = next(TENANTS)
    job, (pointer,) = started(local_store, 10, tenant)

    def broken(*_: Any) -> None:
        raise StoreUnavailable("no table")

    with pytest.raises(StoreUnavailable):
        dataclasses.replace(worker(local_store, table, tenant), book=broken).work(job, TEACHER, pointer, "r")
    results = finish(job, local_store, Ledger(table, tenant, "j1"))
    assert (results.whole, results.counts.graded, results.counts.errors) == (False, 9, 1)
    worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
    assert finish(job, local_store, Ledger(table, tenant, "j1")).whole
    assert booked(table, tenant) == expected(10)


def test_what_is_tried_after_each_death() -> None:
    """Two deaths over a whole range, one over each half, two over a row."""
    seen = []
    waiting: tuple[Range, ...] = (Range(start=0, end=4),)
    while not waiting[0].hopeless:
        seen.append((waiting[0].start, waiting[0].end))
        waiting = after_death(waiting)
    assert seen == [(0, 4), (0, 4), (0, 2), (0, 1), (0, 1)]
    assert [(r.start, r.end, r.deaths) for r in waiting] == [(0, 1, 2), (1, 2, 0), (2, 4, 1)]


def test_an_entry_is_written_by_whoever_knows_it_best(table: Table) -> None:
    ledger = Ledger(table, next(TENANTS), "j1")
    first = ledger.write(Entry(number=1, rows=1))
    ledger.write(first, trying=True)
    with pytest.raises(Conflict):
        ledger.write(first, trying=False)
    ledger.release(first)  # without a fault


def test_the_folder_holds_nothing_else(tmp_path: Path, local_store: LocalStore, table: Table) -> None:
    """Chunks, pointers, results; no scratch files are left."""
    tenant = next(TENANTS)
    job, pointers = started(local_store, 20, tenant)
    for pointer in pointers:
        worker(local_store, table, tenant).work(job, TEACHER, pointer, "r")
    finish(job, local_store, Ledger(table, tenant, "j1"))
    names = {key.removeprefix(f"tenants/{tenant}/jobs/j1/").split("/")[0] for key in local_store.keys("tenants/")}
    assert names == {
        "chunks",
        "chunks.json",
        "results",
        "grades.csv",
        "summary.json",
        "report.html",
        "figures.csv",
        "tally.json",
    }
