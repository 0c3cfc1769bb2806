"""What can go wrong around a whole job. Whatever it is: graded rows and rows in error are the rows handed in, and every
grade is in the gradebook once.
"""

import contextlib
import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from functions.grading.task import TASK
from lectern.cells import plain
from lectern.errors import InvalidRequest, LecternError, StoreUnavailable
from lectern.gradebook.book import Gradebook
from lectern.jobs import repository
from lectern.jobs.bank import Bank
from lectern.jobs.booking import booking
from lectern.jobs.create import Wanted, make_job
from lectern.jobs.documents import Job, JobSettings
from lectern.jobs.finish import finish_job
from lectern.jobs.ledger import Ledger
from lectern.jobs.places import folder, incoming, uploads
from lectern.jobs.repository import Jobs
from lectern.jobs.schedules import Schedule, collect
from lectern.jobs.split import read_pointers, split_job
from lectern.jobs.work import Worker
from lectern.packs.pointers import Pointers
from lectern.packs.repository import Packs
from lectern.principal import Principal
from lectern.store import Store
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from lectern.table import Table
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.jobs import cloudy
from tests.jobs.doubles import Faulty, Killed, killed_at
from tests.jobs.test_worker import HEADER, TEACHER, TENANTS, answer_of, booked, expected, grader
from tests.release.tiny import tiny_build

__all__ = ["grader"]

TRIES = 60
ROWS = 30


def lines(rows: int, answer: Callable[[int], str] = answer_of) -> bytes:
    """Every third row is right, every seventh blank."""
    return (HEADER + "".join(f"r{n},s{n},q,Why?,gap,{answer(n)},2\n" for n in range(rows))).encode()


@pytest.fixture
def tenant() -> str:
    return next(TENANTS)


@pytest.fixture
def bucket(table: Table, tenant: str) -> S3Store:
    """A versioned bucket of this test's own."""
    client, name = boto3.client("s3"), f"faults-{tenant}"
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": client.meta.region_name})
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return S3Store(name)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause between a client's attempts."""
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> LocalStore:
    """1.0.0 is live, 1.1.0 is published."""
    home = tmp_path_factory.mktemp("releases")
    store = LocalStore(home / "store")
    for version, slopes in (("1.0.0", (0.5, 0.25, -0.5)), ("1.1.0", (-1.0, 0.0, 1.0))):
        publish(store, signer, tiny_build(home / version, slopes), "grading", version)
    promote(store, signer.public_key(), "grading", "1.0.0", "live", "tests")
    return store


@pytest.fixture
def make(releases: LocalStore, table: Table, local_store: LocalStore, tenant: str) -> Callable[..., Job]:
    """A job over bytes that are uploaded, kept in the table but not begun."""

    def make(data: bytes, store: Store = local_store, **wanted: Any) -> Job:
        key = f"{uploads(tenant)}in.csv"
        store.put(key, data)
        chosen = Wanted("n", key, class_id="c", settings=JobSettings(chunk_rows=10), **wanted)
        return Jobs(table).add(make_job(chosen, Principal(tenant, "t"), store, releases))

    return make


def cut(job: Job, store: Any, table: Any) -> None:
    bank = Bank(table, job.tenant, None, "c")
    split_job(Jobs(table), job.tenant, job.job_id, store, Pointers(None), bank)


def grade(job: Job, store: Any, table: Any, only: slice = slice(None)) -> None:
    ledger = Ledger(table, job.tenant, job.job_id)
    worker = Worker(TASK, None, Packs(None, 1), store, ledger, booking(table))  # type: ignore[arg-type]
    for pointer in read_pointers(store, job.tenant, job.job_id)[only]:
        again(partial(worker.work, job, TEACHER, pointer, "r"))


def close(job: Job, store: Any, table: Any) -> Job:
    return finish_job(Jobs(table), job, store, Ledger(table, job.tenant, job.job_id))


def again(step: Callable[[], Any]) -> Any:
    """A step as the state machine takes it: tried again until it works."""
    for _ in range(TRIES):
        with contextlib.suppress(LecternError, Killed):
            return step()
    raise AssertionError(f"it failed {TRIES} times")


def worked_off(job: Job, store: Any, table: Any) -> Job:
    again(lambda: cut(job, store, table))
    grade(job, store, table)
    found: Job = again(lambda: close(job, store, table))
    return found


def rows_of(job: Job, store: Store) -> list[dict[str, str]]:
    text = store.get(job.outputs["grades.csv"].key).data.decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def assert_whole(job: Job, store: Store, table: Table, rows: int = ROWS) -> None:
    """Every row once and in order, with a grade or an error; every grade once in the gradebook."""
    found = rows_of(job, store)
    assert [row["id"] for row in found] == [f"r{n}" for n in range(rows)]
    assert all(bool(row["error"]) != bool(row["label"]) for row in found)
    errors = sum(bool(row["error"]) for row in found)
    assert (job.counts.rows, job.counts.graded, job.counts.errors) == (rows, rows - errors, errors)
    assert job.counts.graded + job.counts.errors == rows
    assert booked(table, job.tenant) == expected(rows)


def test_a_file_that_changes_between_start_and_resume(
    make: Callable[..., Job], local_store: LocalStore, table: Table, tenant: str
) -> None:
    """Changed before it is cut, and again when a third is graded: the job goes on with the file that it was given."""
    job = make(lines(ROWS))
    local_store.put(job.input.key, lines(ROWS + 5, lambda _: "changed"))
    cut(job, local_store, table)
    grade(job, local_store, table, slice(1))
    local_store.put(job.input.key, b"gone")
    assert_whole(worked_off(job, local_store, table), local_store, table)
    assert make(lines(ROWS + 5)).job_id != job.job_id


def test_a_schedule_that_fires_twice(
    local_store: LocalStore, releases: LocalStore, table: Table, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both times at once, and both executions work the job off side by side."""
    started: list[str] = []
    monkeypatch.setattr("lectern.jobs.create.start", lambda name, event: started.append(name))
    local_store.put(f"{incoming(tenant, 'c')}1/in.csv", lines(ROWS))
    chosen = JobSettings(chunk_rows=10)
    schedule = Schedule(schedule_id="x", tenant=tenant, class_id="c", cron="", time_zone="UTC", settings=chosen)
    who = Principal(tenant, "t")
    with ThreadPoolExecutor(2) as pool:
        fired = list(pool.map(lambda _: collect(schedule, who, Jobs(table), local_store, releases), range(2)))
        (job,), (same,) = fired
        assert job.job_id == same.job_id and len(set(started)) == 1
        ended = list(pool.map(lambda _: worked_off(job, local_store, table), range(2)))
    assert {one.state for one in ended} == {"done_with_errors"}
    assert_whole(Jobs(table).get(tenant, job.job_id), local_store, table)


@pytest.mark.parametrize("step", ["cut", "grade", "close"])
def test_a_function_that_is_killed_at_any_point(
    make: Callable[..., Job], local_store: LocalStore, table: Table, step: str
) -> None:
    """At each call of the store or the table in turn, until the step has no more of them; then another one goes on."""
    job = make(lines(ROWS))
    steps = {"cut": cut, "grade": grade_once, "close": close}
    for name, act in steps.items():
        if name == step:
            assert deaths(act, job, local_store, table) > 5
        again(partial(act, job, local_store, table))
    assert_whole(Jobs(table).get(job.tenant, job.job_id), local_store, table)


def grade_once(job: Job, store: Any, table: Any) -> None:
    """As `grade`, but whoever is killed stays dead."""
    ledger = Ledger(table, job.tenant, job.job_id)
    worker = Worker(TASK, None, Packs(None, 1), store, ledger, booking(table))  # type: ignore[arg-type]
    for pointer in read_pointers(store, job.tenant, job.job_id):
        worker.work(job, TEACHER, pointer, "r")


def deaths(act: Callable[[Job, Any, Any], Any], job: Job, store: Store, table: Table) -> int:
    """How many died, each one call later than the one before."""
    for number in range(500):
        fault = killed_at(number)
        try:
            act(job, Faulty(store, fault), Faulty(table, fault))
        except Killed:
            continue
        return number
    raise AssertionError("it is killed for ever")


def test_dynamodb_that_throttles(
    make: Callable[..., Job], local_store: LocalStore, table: Table, tenant: str, hasty: None
) -> None:
    """40 % of all attempts: the client's own patience is enough, and no step is taken twice."""
    job = make(lines(ROWS))
    throttled = cloudy.under(Table("lectern"), cloudy.sometimes(0.4, cloudy.THROTTLED))
    for act in (cut, grade_once):
        act(job, local_store, throttled)
    assert_whole(close(job, local_store, throttled), local_store, table)
    assert throttled.calls > 20


def test_dynamodb_that_throttles_for_long(
    make: Callable[..., Job], local_store: LocalStore, table: Table, tenant: str, hasty: None
) -> None:
    """Longer than the client is patient: the step fails, says why, and is taken again."""
    job = make(lines(ROWS))
    cut(job, local_store, table)
    left = iter([True] * 20)

    def weather(address: str) -> Any:
        return cloudy.answered(address, cloudy.THROTTLED) if next(left, False) else None

    throttled = cloudy.under(Table("lectern"), weather)
    with pytest.raises(StoreUnavailable, match="ProvisionedThroughputExceeded"):
        grade_once(job, local_store, throttled)
    assert_whole(worked_off(job, local_store, throttled), local_store, table)


@pytest.mark.parametrize(
    "weather", [cloudy.sometimes(0.2, cloudy.SLOW_DOWN), cloudy.too_slow(0.2)], ids=["failing", "slow"]
)
def test_s3_that_is_slow_or_fails_in_a_fifth_of_the_calls(
    make: Callable[..., Job], bucket: S3Store, table: Table, tenant: str, hasty: None, weather: cloudy.Weather
) -> None:
    job = make(lines(ROWS), bucket)
    shaky = cloudy.under(S3Store(bucket._bucket), weather)
    assert_whole(worked_off(job, shaky, table), bucket, table)
    assert shaky.calls > 10


def test_a_model_that_is_promoted_meanwhile(
    make: Callable[..., Job], local_store: LocalStore, releases: LocalStore, table: Table, signer: Signer
) -> None:
    job = make(lines(ROWS))
    cut(job, local_store, table)
    grade(job, local_store, table, slice(1))
    promote(releases, signer.public_key(), "grading", "1.1.0", "live", "better")
    try:
        ended, later = worked_off(job, local_store, table), make(lines(ROWS))
    finally:
        promote(releases, signer.public_key(), "grading", "1.0.0", "live", "tests")
    assert_whole(ended, local_store, table)
    assert {row["model_version"] for row in rows_of(ended, local_store)} == {"1.0.0", ""}
    assert (later.version, later.job_id != job.job_id) == ("1.1.0", True)


def test_two_jobs_over_the_same_file(make: Callable[..., Job], local_store: LocalStore, table: Table) -> None:
    """Each ends with all of it; the gradebook has every grade once."""
    jobs = [make(lines(ROWS), idempotency_key=key) for key in ("one", "two")]
    assert jobs[0].job_id != jobs[1].job_id
    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(lambda job: worked_off(job, local_store, table), jobs))
    for job in ended:
        assert_whole(job, local_store, table)
    assert len({local_store.get(job.outputs["grades.csv"].key).data for job in ended}) == 1


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every look at the clock is a look at another function's: a day ahead, a day behind, and so on."""
    times = iter(
        [f"2026-03-{1 + 14 * (number % 2):02}T00:00:{number % 60:02}.000000+00:00" for number in range(10_000)]
    )
    for module in ("repository", "create", "finish"):
        monkeypatch.setattr(f"lectern.jobs.{module}.now", lambda: next(times))
    monkeypatch.setattr(Gradebook, "now", lambda self: next(times)[:25])


def test_clocks_that_differ(
    clocks: None, make: Callable[..., Job], local_store: LocalStore, table: Table, tenant: str
) -> None:
    """Nothing rests on a clock: who holds a chunk, which grade counts and what is the next revision do not."""
    job = make(lines(ROWS))
    cut(job, local_store, table)
    fault = killed_at(8)
    with contextlib.suppress(Killed):
        grade_once(job, Faulty(local_store, fault), Faulty(table, fault))
    ended = worked_off(job, local_store, table)
    assert_whole(ended, local_store, table)
    assert repository.now() != repository.now()


def test_aws_that_refuses_a_skewed_clock_is_told_as_it_is(bucket: S3Store) -> None:
    with pytest.raises(StoreUnavailable, match="RequestTimeTooSkewed"):
        cloudy.under(bucket, cloudy.sometimes(1, cloudy.SKEWED)).get("key")


def test_a_question_without_references(
    make: Callable[..., Job],
    local_store: LocalStore,
    table: Table,
    releases: LocalStore,
    tenant: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the request's own schema: the row says what is missing, and the others are graded."""
    from lectern.validation import validate
    from tests.jobs import doubles

    def checked(task: Any, items: list[dict[str, Any]], *_: Any) -> list[dict[str, Any]]:
        return [_checked(item) for item in items]

    def _checked(item: dict[str, Any]) -> dict[str, Any]:
        asked = {name: value for name, value in item.items() if name not in ("id", "student_id")}
        try:
            validate(TASK.request, asked)
        except InvalidRequest as error:
            faults = [{"loc": fault.loc, "msg": fault.msg} for fault in error.errors]
            return {"id": item["id"], "error": {"detail": error.detail, "status": 422, "errors": faults}}
        return doubles.answer_all(task=None, items=[item])[0]

    monkeypatch.setattr("lectern.jobs.work.answer_all", checked)
    data = lines(3) + b"r3,s3,other,Why?, || ,gap,2\nr4,s4,other,Why?,,gap,2\n"
    ended = worked_off(make(data), local_store, table)
    found = rows_of(ended, local_store)
    assert [row["error"][:10] for row in found] == ["", "", "", "references", "references"]
    assert (ended.counts.rows, ended.counts.graded, ended.counts.errors) == (5, 3, 2)


def test_formulas_in_a_job_s_results(make: Callable[..., Job], local_store: LocalStore, table: Table) -> None:
    """What students, and columns, began as a formula is text in every CSV; nothing of it is lost."""
    texts = ["=HYPERLINK(A1)", "+1+gap", "-2+3", "@SUM(A1)", "\t=gap"]
    body = "".join(f'r{n},=s{n},@q,=Why?,gap,"{text}",2,{text.strip()}\n' for n, text in enumerate(texts))
    ended = worked_off(make((HEADER.strip() + ",=note\n" + body).encode()), local_store, table)
    assert (ended.counts.rows, ended.counts.graded) == (5, 5)
    found = rows_of(ended, local_store)
    assert [plain(row["answer"]) for row in found] == texts
    for name in ("grades.csv", "figures.csv"):
        text = local_store.get(f"{folder(ended.tenant, ended.job_id)}{name}").data.decode()
        for cells in csv.reader(io.StringIO(text, newline="")):
            assert not [cell for cell in cells if cell[:1] in ("=", "@", "\t") or cell[:2] in ("+1", "-2")]
