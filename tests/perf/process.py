"""One function process, from cold to warm: how long to the first answer, how long an answer takes, how much memory."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.runtime_api import RuntimeApi, function_process, serve_runtime_api
from tests.http.test_events import http_event
from tests.perf.requests import Asked

REPEATED = 300
CLAIMS = {"sub": "bench", "custom:tenant": "bench"}


@dataclass(frozen=True)
class Contender:
    """A handler to measure: how it is started, and with which Python."""

    name: str
    handler: str
    variables: Mapping[str, str]
    python: str


@dataclass(frozen=True)
class Measured:
    """Seconds from process start to the first answer, milliseconds of a warm one, peak megabytes."""

    cold: float
    warm: float
    memory: float
    same: tuple[float, float]
    """Median and 99th percentile of one and the same request, again and again, in milliseconds."""


def measure(contender: Contender, asked: Asked, requests: int, repeated: int = REPEATED) -> Measured:
    """Start one process and ask it so many different requests, the first from cold."""
    events = [_event(asked, number) for number in range(requests)]
    with serve_runtime_api() as (address, api):
        api.events.put(json.dumps(events[0]).encode())
        started = time.monotonic()
        with function_process(address, contender.handler, contender.variables, contender.python, quiet=True) as process:
            first = api.answers.get(timeout=120)
            _check(first.result)
            warm = [_milliseconds(api, event) for event in events[1:]]
            memory = _peak_megabytes(process.pid)
            same = sorted(_milliseconds(api, events[0]) for _ in range(repeated))
            ends = median(same), same[int(0.99 * repeated)]
            return Measured(first.at - started, median(warm), memory, ends)


def restored(contender: Contender, asked: Asked) -> float:
    """Milliseconds of the first answer of a process that was ready before the request came, as of a snapshot."""
    with serve_runtime_api() as (address, api):
        ready = {**contender.variables, "LECTERN_PRELOAD": "true"}
        with function_process(address, contender.handler, ready, contender.python, quiet=True):
            if not api.ready.wait(120):
                raise RuntimeError("the function does not start")
            return _milliseconds(api, _event(asked, 0))


def _milliseconds(api: RuntimeApi, event: dict[str, Any]) -> float:
    sent = time.monotonic()
    answer = api.invoke(event)
    _check(answer.result)
    return 1000 * (answer.at - sent)


def _event(asked: Asked, number: int) -> dict[str, Any]:
    return http_event(json.dumps(asked.body(number)), CLAIMS, path=asked.path)


def _check(result: Any) -> None:
    if result.get("statusCode") != 200:
        raise RuntimeError(f"the function answered {str(result)[:300]}")


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
