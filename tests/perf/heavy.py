"""The heavy endpoint under load: `python -m tests.perf.heavy` writes results/heavy.json and results/heavy.md.

Two servers of the same release stand side by side, one that gathers requests and one that takes them one by one, and 32
clients ask now the one, now the other, now the model in this process, one row per run on a thread for each core.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from threading import local
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.schemas import GradeRequest
from functions.grading.task import encode
from infra.local.environment import ensure_live, use_local_settings
from lectern.heavy.wire import Answered, Asked, Row
from lectern.load import load
from lectern.model import Encoding, LoadedModel
from lectern.models import shared
from lectern.settings import settings
from lectern.store import open_store
from tests.heavy.conftest import PATH, Running, serving
from tests.perf.figures import RESULTS, machine
from tests.perf.heavy_page import page
from tests.perf.pairs import pairs

CLIENTS, ROUNDS, REQUESTS = 32, 5, 320
KINDS = {"gathered": {"BATCH": "32"}, "one by one": {"BATCH": "1"}}
IN_PROCESS = "in process"
_KEPT = local()

Answer = tuple[float, list[float]]
"""Seconds and logits."""
Round = Callable[[], list[Answer]]


def main() -> None:
    """Measure and write."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        os.environ["LECTERN_STORE"] = f"file:{folder}/store"
        use_local_settings()
        ensure_live("grading-large", print)
        models, key = shared(), os.environ["LECTERN_PUBLIC_KEY"]
        model = load(open_store(settings().store), models.get(models.resolve("grading-large", None)).release)
        bodies = _bodies(model)
        place = Path(folder, "store")
        servers = {
            kind: stack.enter_context(serving(place, key, model.release, WAIT="0.002", **told))
            for kind, told in KINDS.items()
        }
        rows = [Asked.model_validate_json(body).rows[0].encoding() for body in bodies]
        asks = {kind: _asking(running.port, bodies) for kind, running in servers.items()}
        found = _load({**asks, IN_PROCESS: _inferring(model, rows)}, len(bodies))
        found["one client"] = _alone(servers, bodies, model)
    RESULTS.joinpath("heavy.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    RESULTS.joinpath("heavy.md").write_text(page(found), "utf-8")
    print(page(found))


def _bodies(model: LoadedModel) -> list[bytes]:
    """Requests of one row each, of distinct answers."""
    made = []
    for row in pairs(REQUESTS):
        request = GradeRequest(question=row["question"], references=[row["reference"]], answer=row["answer"])
        rows = encode(request, model.tokenizer, model.release.manifest)[:1]
        asked = Asked(digest=model.release.digest, seconds=30, rows=tuple(map(Row.of, rows)))
        made.append(asked.model_dump_json().encode())
    return made


def _asking(port: int, bodies: list[bytes]) -> Round:
    def asked() -> list[Answer]:
        with ThreadPoolExecutor(CLIENTS) as pool:
            return list(pool.map(lambda body: post(port, body), bodies))

    return asked


def _inferring(model: LoadedModel, rows: list[Encoding]) -> Round:
    def one(row: Encoding) -> Answer:
        started = time.monotonic()
        logits = model.infer(row).tolist()
        return time.monotonic() - started, logits

    def inferred() -> list[Answer]:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(one, rows))

    return inferred


def _load(contenders: dict[str, Round], requests: int) -> dict[str, Any]:
    """Rounds of all requests, the contenders taking turns; the first round is not counted."""
    rounds: dict[str, list[tuple[float, list[float]]]] = {kind: [] for kind in contenders}
    logits: dict[str, NDArray[np.float64]] = {}
    for number in range(ROUNDS + 1):
        for kind, act in contenders.items():
            started = time.monotonic()
            answers = act()
            rounds[kind].append((requests / (time.monotonic() - started), [seconds for seconds, _ in answers]))
            logits[kind] = np.array([found for _, found in answers])
            print(f"round {number}: {kind} {rounds[kind][-1][0]:.1f}/s", flush=True)
    counted = {kind: found[1:] for kind, found in rounds.items()}
    return {
        "machine": machine(),
        "clients": CLIENTS,
        "requests": requests,
        "rounds": ROUNDS,
        "servers": {kind: _figures(counted[kind]) for kind in KINDS},
        "ratios": {kind: _ratio(counted["gathered"], counted[kind]) for kind in ("one by one", IN_PROCESS)},
        "probabilities_apart": float(np.abs(_chances(logits["gathered"]) - _chances(logits[IN_PROCESS])).max()),
    }


def _ratio(ours: list[tuple[float, list[float]]], theirs: list[tuple[float, list[float]]]) -> dict[str, float]:
    """Of throughput, round by round."""
    ratios = [one[0] / other[0] for one, other in zip(ours, theirs, strict=True)]
    return {"median": round(median(ratios), 3), "least": round(min(ratios), 3), "most": round(max(ratios), 3)}


def _figures(rounds: Sequence[tuple[float, list[float]]]) -> dict[str, float]:
    milliseconds = 1000 * np.concatenate([seconds for _, seconds in rounds])
    return {
        "answers_per_second": round(median(rate for rate, _ in rounds), 1),
        **{f"p{q}_ms": round(float(np.percentile(milliseconds, q)), 1) for q in (50, 99)},
        "most_ms": round(float(milliseconds.max()), 1),
    }


def _alone(servers: dict[str, Running], bodies: list[bytes], model: LoadedModel) -> dict[str, float]:
    """Median milliseconds of one client: the model in this process, and over each server, in turns."""
    rows = [Asked.model_validate_json(body).rows[0].encoding() for body in bodies[:60]]
    spent: dict[str, list[float]] = {IN_PROCESS: [], **{kind: [] for kind in servers}}
    for row, body in zip(rows, bodies, strict=False):
        acts: dict[str, Callable[[], Any]] = {IN_PROCESS: partial(model.infer, row)}
        acts |= {kind: partial(post, running.port, body) for kind, running in servers.items()}
        for kind, act in acts.items():
            started = time.monotonic()
            act()
            spent[kind].append(1000 * (time.monotonic() - started))
    return {kind: round(median(times), 2) for kind, times in spent.items()}


def post(port: int, body: bytes) -> tuple[float, list[float]]:
    """Seconds, and the logits of the one row; a thread keeps its connections."""
    kept: dict[int, HTTPConnection] = _KEPT.__dict__.setdefault("connections", {})
    connection = kept.setdefault(port, HTTPConnection("127.0.0.1", port, timeout=60))
    started = time.monotonic()
    connection.request("POST", PATH, body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the endpoint answered {answer.status}")
    return time.monotonic() - started, list(Answered.model_validate_json(data).logits[0])


def _chances(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(logits[:, :3])
    found: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return found


if __name__ == "__main__":
    main()
