"""The real server in its processes, asked by botocore's own client: SageMaker's contract, bad input, load, death."""

import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("litserve")

from lectern.errors import EndpointBusy, EndpointRejected, InvalidRequest, LecternError
from lectern.heavy.caller import Caller
from lectern.model import Encoding
from lectern.release import Release
from lectern.services.endpoint import invoke
from model_store.release.signing import Signer
from tests.heavy.conftest import NAME, PATH, Running, ping, reaching, serving
from tests.patience import PATIENCE

SLOPES = (0.5, 0.25, -0.5)
"""Of the tiny release."""


@pytest.fixture
def caller(endpoint: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Caller]:
    with reaching(endpoint.port, monkeypatch):
        yield Caller(partial(invoke, NAME, ""))


def rows(*sums: int) -> list[Encoding]:
    """Rows of different lengths whose tokens have these sums."""
    return [Encoding([1] * value, [0] * value) for value in sums]


def expected(*sums: int) -> list[list[float]]:
    return [[slope * value for slope in SLOPES] for value in sums]


def ask(caller: Caller, release: Release, *sums: int, seconds: float = 10.0) -> list[list[float]]:
    return [found.tolist() for found in caller.logits(release, rows(*sums), time.monotonic() + seconds)]


def post(port: int, body: Any, **headers: str) -> tuple[int, Any]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("POST", PATH, data, {"Content-Type": "application/json"} | headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def asked(release: Release, *sums: int, **changes: Any) -> dict[str, Any]:
    found = [{"input_ids": row.input_ids, "token_type_ids": row.token_type_ids} for row in rows(*sums)]
    return {"digest": release.digest, "seconds": 5, "rows": found} | changes


def test_ping_says_503_until_the_release_is_warm(endpoint: Running) -> None:
    assert endpoint.statuses[-2:] == (503, 200)
    assert set(endpoint.statuses[:-2]) <= {"ConnectionRefusedError"}


def test_one_request_through_botocore(caller: Caller, tiny_release: Release) -> None:
    assert ask(caller, tiny_release, 6, 1, 40) == expected(6, 1, 40)


def test_everybody_gets_their_own_answer_in_whatever_batch(caller: Caller, tiny_release: Release) -> None:
    def one(number: int) -> bool:
        sums = (number % 60 + 1, 60 - number % 60)
        return ask(caller, tiny_release, *sums) == expected(*sums)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(one, range(160)))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{half", 400),
        (b"\xff\xfe\x00", 400),
        (b"[]", 422),
        (b"null", 422),
        ({"digest": "zebra-7431", "seconds": 1, "rows": []}, 422),
    ],
)
def test_what_is_no_request_is_refused_without_being_repeated(endpoint: Running, body: Any, status: int) -> None:
    found, document = post(endpoint.port, body)
    assert (found, document["status"]) == (status, status)
    assert "zebra-7431" not in json.dumps(document)


@pytest.mark.parametrize(
    "changes",
    [
        {"seconds": 0},
        {"seconds": 1e9},
        {"seconds": "soon"},
        {"more": 1},
        {"rows": []},
        {"rows": [{"input_ids": [], "token_type_ids": []}]},
        {"rows": [{"input_ids": [1, 2], "token_type_ids": [0]}]},
        {"rows": [{"input_ids": [-1], "token_type_ids": [0]}]},
        {"rows": [{"input_ids": [2**31], "token_type_ids": [0]}]},
        {"rows": [{"input_ids": ["zebra-7431"], "token_type_ids": [0]}]},
        {"rows": [{"input_ids": [1] * 65, "token_type_ids": [0] * 65}]},
        {"rows": [{"input_ids": [1], "token_type_ids": [0]}] * 129},
    ],
)
def test_bad_rows_are_refused(endpoint: Running, changes: dict[str, Any]) -> None:
    status, document = post(endpoint.port, asked(endpoint.release, 1) | changes)
    assert (status, document["type"]) == (422, "urn:lectern:problem:invalid-request")
    assert "zebra-7431" not in json.dumps(document)


def test_an_oversized_body_is_refused_unread(endpoint: Running) -> None:
    assert post(endpoint.port, b" " * 5_000_001)[0] == 413
    assert post(endpoint.port, b"x", **{"Content-Length": "9" * 12})[0] == 413


def test_a_body_of_unknown_length_is_refused(endpoint: Running) -> None:
    with closing(HTTPConnection("127.0.0.1", endpoint.port, timeout=10)) as connection:
        connection.request("POST", PATH, iter([b"{}"]), {"Content-Type": "application/json"}, encode_chunked=True)
        assert connection.getresponse().status == 411


def test_another_release_is_a_conflict(endpoint: Running, caller: Caller, tiny_release: Release) -> None:
    status, document = post(endpoint.port, asked(tiny_release, 1, digest="0" * 64))
    assert status == 409
    assert tiny_release.digest in document["detail"]
    with pytest.raises(EndpointRejected):
        ask(caller, Release(tiny_release.manifest, "0" * 64), 1)


def test_one_odd_request_does_not_spoil_its_batch(caller: Caller, tiny_release: Release) -> None:
    def one(number: int) -> object:
        try:
            if number % 4:
                return ask(caller, tiny_release, number + 1) == expected(number + 1)
            return ask(caller, tiny_release, 65)
        except InvalidRequest:
            return "refused"

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(one, range(48)))
    assert found == ["refused" if number % 4 == 0 else True for number in range(48)]


def test_a_crowd_is_refused_at_once_and_the_others_are_answered(
    tiny_store: tuple[Path, Release], signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most two may be inside, of forty; then all forty with retries and time."""
    store, release = tiny_store
    settings = {"WAITING": "2", "WAIT": "0.2"}
    with serving(store, signer.public_key(), release, **settings) as running, reaching(running.port, monkeypatch):
        impatient = [Caller(partial(invoke, NAME, ""), sleep=lambda _: None) for _ in range(40)]

        def one(number: int) -> str:
            try:
                return str(ask(impatient[number], release, number + 1) == expected(number + 1))
            except EndpointBusy:
                return "busy"

        with ThreadPoolExecutor(40) as pool:
            found = list(pool.map(one, range(40)))
        assert set(found) == {"True", "busy"}
        assert ping(running.port) == 200


def test_killed_under_load_it_leaves_no_request_waiting_and_ends_as_a_whole(
    tiny_store: tuple[Path, Release], signer: Signer, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, release = tiny_store
    with serving(store, signer.public_key(), release) as running, reaching(running.port, monkeypatch):
        caller, outcomes, ended = Caller(partial(invoke, NAME, "")), list[str](), threading.Event()

        def client() -> None:
            while not ended.is_set():
                started = time.monotonic()
                try:
                    assert ask(caller, release, 3, seconds=20.0) == expected(3)
                    outcomes.append("answered")
                except LecternError as error:
                    outcomes.append(type(error).__name__)
                    time.sleep(0.02)
                assert time.monotonic() - started < 25

        threads = [threading.Thread(target=client) for _ in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(1)
        assert set(outcomes) == {"answered"}
        os.kill(worker_of(running.process.pid), signal.SIGKILL)
        running.process.wait(PATIENCE)
        ended.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
    assert set(outcomes) - {"answered"} <= {"EndpointUnavailable", "EndpointBusy"}
    assert set(outcomes) - {"answered"}
    assert running.process.returncode != 0
    assert ping(running.port) == "ConnectionRefusedError"


def worker_of(server: int) -> int:
    """The process that holds the model: the one that was spawned, not forked, and is no resource tracker."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text("ascii").rsplit(")", 1)[1].split()[1])
            if parent == server and b"spawn_main" in (path / "cmdline").read_bytes():
                return int(path.name)
        except OSError:
            continue
    raise AssertionError("the server has no worker")


def test_a_release_that_is_not_what_it_says_never_answers(
    tiny_store: tuple[Path, Release], tmp_path: Path, signer: Signer
) -> None:
    store, release = tiny_store
    shutil.copytree(store, tmp_path / "store")
    pin = release.manifest.files["model.onnx"]
    (altered,) = list((tmp_path / "store").rglob(pin.version_id))
    altered.write_bytes(altered.read_bytes() + b"\0")
    with (
        pytest.raises(AssertionError, match="ended by itself"),
        serving(tmp_path / "store", signer.public_key(), release),
    ):
        pass
