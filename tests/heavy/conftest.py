"""A release to ask for, an endpoint of a few lines that misbehaves as told, and the real server in its processes."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.local.heavy import free_port, stop
from lectern.release import Release
from lectern.services import endpoint as service
from lectern.store.local import LocalStore
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.patience import PATIENCE
from tests.release.tiny import tiny_build

NAME = "large"
PATH = f"/endpoints/{NAME}/invocations"
IMPORTED = ":".join(str(Path(path).absolute()) for path in (".", "layers/runtime/python"))


@dataclass
class Stub:
    """`answer` takes what was asked and gives a status and a body; `asked` counts."""

    port: int = 0
    asked: int = 0
    answer: Callable[[dict[str, Any]], tuple[int, Any]] = lambda asked: (500, {})
    seen: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """What SageMaker's runtime would be, for botocore's own client."""
    made = Stub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"stub": made}))
    server.daemon_threads = True
    made.port = server.server_port
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with reaching(made.port, monkeypatch):
        yield made
    server.shutdown()
    server.server_close()


@contextmanager
def reaching(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Clients find the runtime at this port."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", f"http://127.0.0.1:{port}")
    service._client.cache_clear()
    service._session.cache_clear()
    yield
    service._client.cache_clear()
    service._session.cache_clear()


class _Handler(BaseHTTPRequestHandler):
    stub: Stub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.stub.asked += 1
        self.stub.seen.append(
            {"path": self.path, "component": self.headers.get("X-Amzn-SageMaker-Inference-Component")}
        )
        status, body = self.stub.answer(asked)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if isinstance(body, dict) and "OriginalStatusCode" in body:
                self.send_header("x-amzn-errortype", "ModelError")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Running:
    """The real server."""

    process: "subprocess.Popen[bytes]"
    port: int
    release: Release
    statuses: tuple[object, ...]
    """What /ping said until it was ready, repetitions left out."""


COMMAND = (sys.executable, "-m", "functions.heavy.endpoint", "serve")

TRAINED = Path(".venv-train/bin/python").absolute()
"""The Python of `make train-env`, which has torch."""

BORROWING = """
import runpy, sys
sys.path.append(sys.argv[1])
runpy.run_module("functions.heavy.endpoint", run_name="__main__")
"""


def told_by(program: str, folder: Path) -> dict[str, Any]:
    """What a program of this folder prints last, run by the Python that has torch."""
    environment = {**os.environ, "PYTHONPATH": IMPORTED, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    command = [str(TRAINED), "-m", f"tests.heavy.{program}", str(folder)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def with_torch() -> tuple[str, ...]:
    """The server by the Python that has torch, with what it lacks (LitServe) from this one."""
    import litserve

    return (str(TRAINED), "-c", BORROWING, str(Path(litserve.__file__).parents[1]))


@contextmanager
def serving(
    store: Path, key: str, release: Release, command: Sequence[str] = COMMAND, **settings: str
) -> Iterator[Running]:
    """The server in its own processes, warm."""
    port = free_port()
    place = {"HOST": "127.0.0.1", "PORT": str(port), "PATH": PATH, "MODEL": release.manifest.model, **settings}
    environment = {f"LECTERN_ENDPOINT_{name}": value for name, value in place.items()}
    environment |= {"LECTERN_STORE": f"file:{store}", "LECTERN_PUBLIC_KEY": key}
    environment |= {
        "PYTHONPATH": IMPORTED,
        "OMP_NUM_THREADS": "1",
    }  # several threads wait for each other on a busy machine
    process = subprocess.Popen(command, env=os.environ | environment, start_new_session=True)
    try:
        yield Running(process, port, release, tuple(_until_warm(process, port)))
    finally:
        stop(process)


def ping(port: int) -> object:
    """The status of /ping, or the kind of error."""
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status
    except (OSError, HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _until_warm(process: "subprocess.Popen[bytes]", port: int) -> Iterator[object]:
    last: object = None
    for _ in range(int(PATIENCE / 0.1)):
        status = ping(port)
        if status != last:
            yield status
        last = status
        if status == 200:
            return
        assert process.poll() is None, "the endpoint ended by itself"
        time.sleep(0.1)
    raise TimeoutError("the endpoint was never warm")


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory, signer: Signer) -> tuple[Path, Release]:
    """A store with a tiny release, live as grading-large; its logits are slopes times the sum of the tokens."""
    folder = tmp_path_factory.mktemp("heavy")
    store = LocalStore(folder / "store")
    release = publish(store, signer, tiny_build(folder / "tiny"), "grading-large", "1.0.0")
    promote(store, signer.public_key(), "grading-large", "1.0.0", "live", "tests")
    return folder / "store", release


@pytest.fixture(scope="session")
def tiny_release(tiny_store: tuple[Path, Release]) -> Release:
    return tiny_store[1]


@pytest.fixture(scope="session")
def endpoint(tiny_store: tuple[Path, Release], signer: Signer) -> Iterator[Running]:
    """One real server for the tests that leave it as it was."""
    with serving(tiny_store[0], signer.public_key(), tiny_store[1]) as running:
        yield running
