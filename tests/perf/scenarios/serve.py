"""`serve.8clients`: requests a second of eight clients, ours beside the same model file behind other servers.

`peers.cold` and `peers.warm` are of the same servers: the start to the first answer, and one client's requests. Peers
that `make bench-peers` has set up in .venv-peers take part.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from pathlib import Path
from statistics import median

from lectern.release import Pin, read_alias, read_release
from lectern.store import open_store
from tests.perf.figures import Figure, figure
from tests.perf.requests import REQUESTS

CLIENTS, REQUESTED, ROUNDS, ALONE = 8, 400, 5, 60
PEERS = Path(".venv-peers")
ASKED = REQUESTS["grading"]
READY_SECONDS, END_SECONDS = 120, 20
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass(frozen=True)
class Served:
    """One start of a server: seconds to the first answer, milliseconds of one client, requests a second of eight."""

    cold: float
    warm: float
    rate: float


def measure_serving() -> list[Figure]:
    """Each server in turn, started anew for each round."""
    variables = {**os.environ, "FLOOR_PINS": _pins()}
    servers = {"lectern": sys.executable, "plain": sys.executable}
    servers |= {path.name: str(path.absolute() / "bin/python") for path in sorted(PEERS.glob("*")) if path.is_dir()}
    measured: dict[str, list[Served]] = {name: [] for name in servers}
    in_process: list[float] = []
    for number in range(ROUNDS):
        for name, python in servers.items():
            measured[name].append(_measured(name, python, variables))
            print(f"serve {number + 1}/{ROUNDS}: {name} {measured[name][-1]}", flush=True)
        in_process.append(_in_process(variables))
    rates = {name: [run.rate for run in runs] for name, runs in measured.items()} | {"in process": in_process}
    return [figure("serve.8clients", "requests/s", rates, name) for name in rates if name != "lectern"] + [
        figure(f"peers.{scenario}", unit, measured, name, attrgetter(scenario))
        for scenario, unit in (("cold", "s"), ("warm", "ms"))
        for name in measured
        if name != "lectern"
    ]


def _measured(name: str, python: str, variables: dict[str, str]) -> Served:
    started = time.monotonic()
    with _served(name, python, variables) as port:
        cold = time.monotonic() - started
        warm = median(_ask(port, range(REQUESTED, REQUESTED + ALONE)))
        return Served(cold, 1000 * warm, _rate(partial(_ask, port)))


def _pins() -> str:
    store = open_store(os.environ["LECTERN_STORE"])
    pin = Pin("grading", read_alias(store, "grading", "live").version)
    files = read_release(store, pin, os.environ["LECTERN_PUBLIC_KEY"]).manifest.files
    return json.dumps({"bucket": os.environ["LECTERN_STORE"][5:], **{n: p.model_dump() for n, p in files.items()}})


@contextmanager
def _served(name: str, python: str, variables: dict[str, str]) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    paths = os.pathsep.join([os.getcwd(), str(Path("layers/runtime/python").absolute())])
    command = [python, "-m", f"tests.perf.peers.{name}", str(port)]
    process = subprocess.Popen(  # our own command
        command,
        env={**variables, "PYTHONPATH": paths},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait(port, process)
        yield port
    finally:
        _end(process)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Asked first, as only the server knows workers that it gave a group of their own; then by force."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # workers in the server's group outlive a signal to itself alone
    process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, RuntimeError):
            _ask(port, range(1))
            return
        time.sleep(0.02)
    raise RuntimeError(f"the server does not answer: {process.args!r}")


def _rate(ask: "partial[list[float]]") -> float:
    """Requests a second of all clients together, each with its own part of the requests."""
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, [range(client, REQUESTED, CLIENTS) for client in range(CLIENTS)]))
    return REQUESTED / (time.monotonic() - started)


def _ask(port: int, numbers: range) -> list[float]:
    """Seconds of each request, all on one connection; the clients share the processors, so these do next to nothing."""
    requests = [_request(number) for number in numbers]
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        return [_seconds(connection, request) for request in requests]


def _request(number: int) -> bytes:
    body = json.dumps(ASKED.body(number)).encode()
    head = f"POST {ASKED.path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _seconds(connection: socket.socket, request: bytes) -> float:
    started = time.monotonic()
    connection.sendall(request)
    data = b""
    while len(data) < _size(data):
        more = connection.recv(2**16)
        if not more:
            raise ConnectionError("the server closed the connection")
        data += more
    if not data.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(f"the server answered {data[:200]!r}")
    return time.monotonic() - started


def _size(data: bytes) -> int:
    """How long an answer is that begins like this; longer than this where that is not said yet."""
    head, end, _ = data.partition(b"\r\n\r\n")
    length = LENGTH.search(head) if end else None
    return len(head) + len(end) + int(length[1]) if length else len(data) + 1


def _in_process(variables: dict[str, str]) -> float:
    """The model alone, on as many threads as there are cores, in a process of its own."""
    done = subprocess.run(  # our own command
        [sys.executable, "-m", "tests.perf.peers.alone", str(REQUESTED)],
        env=variables,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout)
