"""`serve.8clients`: requests a second of eight clients, ours beside the same model file behind other servers.

Peers that `make bench-peers` has set up in .venv-peers take part.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from lectern.release import Pin, read_alias, read_release
from lectern.store import open_store
from tests.perf.figures import Figure, figure
from tests.perf.requests import REQUESTS

CLIENTS, REQUESTED, ROUNDS = 8, 400, 3
PEERS = Path(".venv-peers")
ASKED = REQUESTS["grading"]
READY_SECONDS = 120


def measure_serving() -> list[Figure]:
    """Every server is up all the while; each is asked in turn."""
    variables = {**os.environ, "FLOOR_PINS": _pins()}
    servers = {"lectern": sys.executable, "plain": sys.executable}
    servers |= {path.name: str(path.absolute() / "bin/python") for path in sorted(PEERS.glob("*")) if path.is_dir()}
    rates: dict[str, list[float]] = {name: [] for name in servers}
    rates["in process"] = []
    for number in range(ROUNDS):
        for name, python in servers.items():
            with _served(name, python, variables) as port:
                rates[name].append(_rate(partial(_ask, port)))
            print(f"serve {number + 1}/{ROUNDS}: {name} {rates[name][-1]:.0f}/s", flush=True)
        rates["in process"].append(_in_process(variables))
    return [figure("serve.8clients", "requests/s", rates, name) for name in rates if name != "lectern"]


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
        os.killpg(process.pid, signal.SIGKILL)  # a server's workers outlive a signal to itself alone
        process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError, http.client.HTTPException, RuntimeError):
            _ask(port, range(2))
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server does not answer: {process.args!r}")


def _rate(ask: "partial[None]") -> float:
    """Requests a second of all clients together, each with its own part of the requests."""
    started = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(ask, [range(client, REQUESTED, CLIENTS) for client in range(CLIENTS)]))
    return REQUESTED / (time.monotonic() - started)


def _ask(port: int, numbers: range) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    for number in numbers:
        body = json.dumps(ASKED.body(number))
        connection.request("POST", ASKED.path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {said[:200]!r}")
    connection.close()


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
