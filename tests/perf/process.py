"""One function process, from cold to warm: how long to the first answer, how long an answer takes, how much memory."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from infra.local.runtime_api import function_process, serve_runtime_api
from tests.http.test_events import http_event
from tests.perf.requests import Asked

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
    slowest: float
    """Of a hundred warm answers, in milliseconds."""


def measure(contender: Contender, asked: Asked, requests: int) -> Measured:
    """Start one process and ask it so many different requests, the first from cold."""
    events = [_event(asked, number) for number in range(requests)]
    with serve_runtime_api() as (address, api):
        api.events.put(json.dumps(events[0]).encode())
        started = time.monotonic()
        with function_process(address, contender.handler, contender.variables, contender.python, quiet=True) as process:
            first = api.answers.get(timeout=120)
            _check(first.result)
            warm = []
            for event in events[1:]:
                sent = time.monotonic()
                answer = api.invoke(event)
                warm.append(answer.at - sent)
                _check(answer.result)
            slowest = 1000 * sorted(warm)[int(0.99 * len(warm))]
            return Measured(first.at - started, median(warm) * 1000, _peak_megabytes(process.pid), slowest)


def _event(asked: Asked, number: int) -> dict[str, Any]:
    return http_event(json.dumps(asked.body(number)), CLAIMS, path=asked.path)


def _check(result: Any) -> None:
    if result.get("statusCode") != 200:
        raise RuntimeError(f"the function answered {str(result)[:300]}")


def _peak_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
