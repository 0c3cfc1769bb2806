"""What a grade makes the services do, counted while a job is worked off and a request is answered."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from infra.cost import work as estimated
from infra.cost.measured import RESULTS
from infra.local.aws import in_environment
from lectern.jobs import work
from lectern.jobs.documents import Job, JobSettings, Place
from lectern.jobs.finish import finish
from lectern.jobs.ledger import Ledger
from lectern.jobs.split import read_pointers
from lectern.release import Release
from lectern.settings import settings
from lectern.store.local import LocalStore
from lectern.table import Item, Put, Table
from tests.http.test_events import CONTEXT, http_event
from tests.jobs.doubles import answer_all
from tests.jobs.test_worker import TEACHER, worker
from tests.logs import logged
from tests.perf.pairs import pairs

ROWS, CHUNK = 40, 20
HEADER = "id,student_id,question_id,question,reference,answer,max_score\n"
TEXT = " ".join(["water"] * 45)  # 270 characters with its five


class Counting(LocalStore):
    """A store that counts its requests."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.calls: Counter[str] = Counter()
        self.bytes = 0

    def put(self, key: str, data: bytes, *conditions: Any, **named: Any) -> Any:
        self.calls["put"] += 1
        self.bytes += len(data) if "/chunks/" in key or "/results/" in key or key.endswith(".csv") else 0
        return super().put(key, data, *conditions, **named)

    def get(self, *where: Any, **named: Any) -> Any:
        self.calls["get"] += 1
        return super().get(*where, **named)


class Weighed(Table):
    """A table that counts units: of reads by items, of writes by kilobytes, twice in a transaction."""

    units: Counter[str]

    def get(self, pk: str, sk: str) -> Item | None:
        self.units["read"] += 1
        return super().get(pk, sk)

    def get_many(self, keys: Any) -> list[Item]:
        self.units["read"] += len(keys)
        return super().get_many(keys)

    def put(self, item: Any, expected: int | None = None) -> None:
        self.units["write"] += _units(item)
        super().put(item, expected)

    def write(self, writes: Any) -> None:
        puts = [write.item for write in writes if isinstance(write, Put)]
        self.units["write"] += sum((3 if "gsi1pk" in item else 2) * _units(item) for item in puts)
        self.units["bytes"] += sum((2 if "gsi1pk" in item else 1) * _size(item) for item in puts)
        super().write(writes)


def _size(item: Mapping[str, Any]) -> int:
    return sum(len(name) + len(str(value).encode()) for name, value in item.items())


def _units(item: Mapping[str, Any]) -> int:
    return ceil(_size(item) / 1024)


@pytest.fixture
def table(aws: dict[str, str]) -> Iterator[Weighed]:
    settings()  # kept for the process: the tests' own, not those of the local AWS
    with in_environment(aws):
        found = Weighed(aws["LECTERN_TABLE"])
        found.units = Counter()
        yield found


def _job(store: LocalStore, tenant: str) -> Job:
    lines = [f"row-{n},student-{n},question-1,{TEXT[:120]},{TEXT[:80]},{TEXT[:70]},1\n" for n in range(ROWS)]
    written = store.put("in.csv", (HEADER + "".join(lines)).encode())
    return Job(
        job_id="j1",
        tenant=tenant,
        subject="t",
        class_id="7B",
        name="n",
        input=Place(key="in.csv", version_id=written.version_id),
        version="1.0.0",
        digest="d" * 64,
        settings=JobSettings(chunk_rows=CHUNK),
        created="2026-01-01",
    )


def test_a_job_asks_the_services_for_what_the_estimate_says(
    tmp_path: Path, table: Weighed, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lectern.jobs.bank import Bank
    from lectern.jobs.split import split
    from lectern.packs.pointers import Pointers

    monkeypatch.setattr(work, "answer_all", _to_review)
    store, tenant = Counting(tmp_path), "cost-school"
    job = _job(store, tenant)
    split(job, store, Pointers(None), Bank(None, tenant, None))
    pointers = read_pointers(store, tenant, "j1")
    store.calls.clear()
    for pointer in pointers:
        worker(store, table, tenant).work(job, TEACHER, pointer, "request")
    chunks, words = ROWS // CHUNK, len(TEXT.encode()) / estimated.BYTES_PER_WORD
    assert store.calls["put"] == chunks * (estimated.CHUNK_PUTS - 1)  # the chunk itself was written before
    assert store.calls["get"] == chunks * 2
    wanted = ROWS * estimated.row_writes(words) + chunks * estimated.CHUNK_WRITES
    assert table.units["write"] == pytest.approx(wanted, abs=5)  # and the class, once
    assert table.units["bytes"] == pytest.approx(ROWS * 3 * estimated.item_bytes(words), rel=0.1)
    assert table.units["read"] == pytest.approx(ROWS * estimated.ROW_READS + chunks, abs=3)
    store.calls.clear()
    finish(job, store, Ledger(table, tenant, "j1"))
    assert store.calls["get"] == chunks * 2 + 1  # chunks, outcomes, and the list
    assert store.calls["put"] == 5  # grades, summary, report, figures, tally
    assert store.bytes / ROWS == pytest.approx(estimated.row_objects(words), rel=0.1)


def _to_review(task: Any, items: list[dict[str, Any]], *rest: Any) -> list[dict[str, Any]]:
    return [found | {"needs_review": True} for found in answer_all(task, items, *rest)]


def test_a_request_logs_and_answers_so_many_bytes(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    from functions.grading.handler import handler

    request = {"question": TEXT[:120], "references": [TEXT[:80]], "answer": TEXT[:70]}
    with logged() as log:
        answer = handler(http_event(json.dumps(request), {"sub": "user", "custom:tenant": "north-school"}), CONTEXT)
    assert answer["statusCode"] == 200, answer["body"]
    platform = 5 * 26 + 400  # what CloudWatch adds to each of five events; START, END and REPORT
    told = log.getvalue() + capsys.readouterr().out
    assert "water" not in told
    assert len(told) + platform == pytest.approx(estimated.LOG_BYTES, rel=0.2)
    assert len(answer["body"]) + 400 == pytest.approx(estimated.RESPONSE_BYTES, rel=0.1)


def test_the_words_are_those_of_the_benchmarks_texts() -> None:
    texts = [f"{row['question']} {row['reference']} {row['answer']}" for row in pairs(500)]
    sizes = sum(len(text.encode()) for text in texts) / sum(len(text.split()) for text in texts)
    assert sizes == pytest.approx(estimated.BYTES_PER_WORD, rel=0.2)
    assert json.loads((RESULTS / "conditions.json").read_text("utf-8"))["words"] > 0
