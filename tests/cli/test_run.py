"""`lectern run`: each line its answer, whatever stands in the others; cut short, it goes on."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.local import rows as reading
from infra.local import run as running
from infra.local.journal import Journal
from infra.local.serve import whole_api
from infra.local.tasks import tasks
from infra.openapi.examples import read_requests
from lectern import items
from lectern.errors import StoreUnavailable
from tests.command import runner
from tests.conftest import live
from tests.http.conftest import REQUEST

EXAMPLES = {name: read_requests()[f"POST {task.route}"]["body"] for name, task in tasks().items()}
MORE: dict[str, list[dict[str, Any]]] = {
    "grading": [REQUEST | {"answer": "It is heavier."}, REQUEST | {"answer": ""}],
    "classify": [{"text": "Define it.", "scheme": "bloom"}],
    "sentiment": [{"text": "A waste of time. " * 200}],
}
LOVED, HATED = '{"text": "I loved it.", "id": 1}', '{"id": "b", "text": "A waste of time."}'


@dataclass(frozen=True)
class Done:
    code: int
    told: str
    error: str
    out: Path

    @property
    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.read_bytes().splitlines()]


Run = Callable[..., Done]


@pytest.fixture(autouse=True, scope="module")
def _published() -> None:
    """Every task's models."""
    for name in {name for task in tasks().values() for name in task.names}:
        live(name)


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    command = runner(capsys, monkeypatch)

    def ran(content: bytes | list[str], *options: str, task: str = "sentiment") -> Done:
        data = content if isinstance(content, bytes) else "\n".join([*content, ""]).encode()
        (tmp_path / "in.jsonl").write_bytes(data)
        out = tmp_path / "out" / "answers.jsonl"
        return Done(*command("run", task, str(tmp_path / "in.jsonl"), "--out", str(out), *options), out)

    return ran


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each call of the pipeline was given."""
    sizes: list[int] = []
    answer_all = items.answer_all

    def counted(task: Any, given: list[Any], *others: Any) -> Any:
        sizes.append(len(given))
        return answer_all(task, given, *others)

    monkeypatch.setattr(running, "answer_all", counted)
    return sizes


@pytest.mark.parametrize("task", tasks())
def test_answers_are_those_of_http(run: Run, task: str) -> None:
    samples = [EXAMPLES[task], *MORE.get(task, ())]
    done = run([json.dumps(fields) for fields in samples], task=task)
    assert done.code == 0
    client = TestClient(whole_api())
    for answer, fields in zip(done.answers, samples, strict=True):
        own = client.post(tasks()[task].route, json=fields).json()
        assert answer == {name: value for name, value in own.items() if name != "request_id"}


def test_the_tasks_are_those_of_the_folders(run: Run) -> None:
    done = run([], task="spelling")
    assert done.code == 2
    assert all(name in done.error for name in tasks())
    assert "jobs" not in done.error, "it has no model"


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        (b"", "malformed-json", "The line is blank."),
        (b" \t\r", "malformed-json", "The line is blank."),
        (b'{"text": "zebra"', "malformed-json", "The line is not JSON"),
        (b'{"text": "zebra \xff"}', "malformed-json", "The line is not JSON"),
        (b"[" * 100_000, "malformed-json", "The line is not JSON"),
        (b'"zebra"', "invalid-request", "must hold an object"),
        (b'{"text": 7, "zebra": 1}', "invalid-request", "2 of the request's fields"),
        (b'{"text": " "}', "invalid-request", "is blank"),
        (b'{"text": "a", "version": "9.9.9"}', "unknown-release", "has no version 9.9.9"),
        (b'{"text": "' + b"zebra" * 1_000_001 + b'"}', "body-too-large", "more than 5,000,000 bytes"),
    ],
)
def test_a_bad_line_gets_its_error_and_stops_nothing(run: Run, line: bytes, kind: str, said: str) -> None:
    done = run(b"\n".join([LOVED.encode(), line, HATED.encode()]))
    first, wrong, last = done.answers
    assert (done.code, first["id"], last["id"]) == (3, 1, "b")
    assert (first["label"], last["label"]) == ("positive", "negative")
    assert wrong["error"]["type"] == f"urn:lectern:problem:{kind}"
    assert said in json.dumps(wrong) and "zebra" not in json.dumps(wrong)
    assert "1 lines in error" in done.told


def test_a_line_with_an_error_keeps_its_id(run: Run) -> None:
    (answer,) = run(['{"id": [7], "text": 1}']).answers
    assert answer["id"] == [7] and answer["error"]["status"] == 422


def test_nothing_in_nothing_out(run: Run) -> None:
    done = run(b"", "--json")
    assert (done.code, json.loads(done.told), done.out.read_bytes()) == (0, {"answered": 0, "errors": 0}, b"")


def test_ends_of_lines_and_a_mark_at_the_beginning_do_not_matter(run: Run) -> None:
    plain = run([LOVED, HATED]).out.read_bytes()
    assert run(f"\ufeff{LOVED}\r\n{HATED}".encode()).out.read_bytes() == plain


def test_running_again_asks_nothing_and_changes_nothing(run: Run, asked: list[int]) -> None:
    first = run([LOVED, HATED, LOVED]).out.read_bytes()
    assert asked == [2], "the same request is asked once"
    assert run([LOVED, HATED, LOVED]).out.read_bytes() == first
    assert asked == [2]
    third = run([HATED, '{"text": "It was fine."}'])
    assert asked == [2, 1]
    assert third.answers[0] == json.loads(first.splitlines()[1])


def test_a_run_that_was_cut_short_goes_on(run: Run, asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CHUNK", 2)
    monkeypatch.setattr(reading, "WINDOW_ROWS", 3)
    rows = [json.dumps({"id": n, "text": f"Lecture {n} was good."}) for n in range(7)]
    whole = run(rows)
    counted, calls = vars(running)["answer_all"], len(asked)
    whole.out.unlink()
    (whole.out.parent / ".answers.jsonl.journal").unlink()

    def cut(*arguments: Any) -> Any:
        if len(asked) == calls + 3:
            raise KeyboardInterrupt
        return counted(*arguments)

    monkeypatch.setattr(running, "answer_all", cut)
    stopped = run(rows)
    assert stopped.code == 1 and not stopped.out.exists(), "nobody sees half of it"
    monkeypatch.setattr(running, "answer_all", counted)
    done = run(rows)
    assert done.answers == whole.answers
    assert [answer["id"] for answer in done.answers] == list(range(7))
    assert sum(asked[calls:]) == 7, "nothing twice"
    assert {path.name for path in done.out.parent.iterdir()} == {"answers.jsonl", ".answers.jsonl.journal"}


def test_what_concerns_every_line_ends_the_run_and_keeps_what_was_there(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run([LOVED]).out.read_bytes()

    def gone(*_: Any) -> Any:
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr(running, "answer_all", gone)
    done = run([LOVED, HATED])
    assert (done.code, done.error.strip()) == (1, "lectern: The store does not answer.")
    assert done.out.read_bytes() == before
    unknown = run([LOVED], "--version", "9.9.9")
    assert (unknown.code, unknown.out.read_bytes()) == (1, before)


def test_two_runs_do_not_write_to_one_file(run: Run) -> None:
    done = run([LOVED])
    with Journal(done.out.parent / ".answers.jsonl.journal"):
        assert "another run is writing" in run([LOVED]).error


def test_the_input_is_not_written_over(tmp_path: Path, run: Run) -> None:
    source = tmp_path / "in.jsonl"
    assert run([LOVED], "--out", str(source)).code == 1
    assert source.read_text() == f"{LOVED}\n"
