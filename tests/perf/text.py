"""The function `text` with all its tasks: what each model takes of memory, and what a bound costs in time.

    .venv/bin/python -m tests.perf.text

writes results/text.json and text.md. Every figure is of a process of its own. The tasks are asked in turns, which is
the worst case for a bound: what has been let go is always what is asked for next.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from functions.text.places import PLACES
from infra.local.environment import ensure_live, use_local_settings
from lectern.model import Encoding
from tests.http.test_events import http_event
from tests.perf.figures import RESULTS
from tests.perf.requests import REQUESTS

MODELS = ("answer", "question-type", "bloom", "sentences", "roles", "search", "sentiment", "summaries", "translate")
BOUNDS = (0, 400, 200, 100)
ROUNDS = 4
CONTEXT = SimpleNamespace(aws_request_id="text")
CLAIMS = {"sub": "bench", "custom:tenant": "bench"}
QUIET = {"LECTERN_LOG_LEVEL": "CRITICAL", "LECTERN_PRELOAD": "false"}


def main() -> None:
    """Measure in processes of their own, and write."""
    use_local_settings(**QUIET)
    for name in MODELS:
        ensure_live(name, print)
    found = {
        "models": [_child("model", name) for name in MODELS],
        "bounds": [_child("bound", str(bound)) for bound in BOUNDS],
    }
    (RESULTS / "text.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    (RESULTS / "text.md").write_text("\n".join(_page(found)) + "\n", "utf-8")
    print((RESULTS / "text.md").read_text("utf-8"))


def _child(*arguments: str) -> Any:
    bound = {"LECTERN_MODELS_MB": arguments[1]} if arguments[0] == "bound" else {}
    command = [sys.executable, "-m", "tests.perf.text", *arguments]
    done = subprocess.run(command, env=os.environ | bound, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def of_a_model(name: str) -> dict[str, Any]:
    """Megabytes of a model after it was loaded, and after a row of its greatest length, beside what the bound counts.

    Another model was loaded and asked before, since the first one pays for the libraries, too.
    """
    from lectern.held import cost
    from lectern.models import shared

    models, other = shared(), "bloom" if name != "bloom" else "sentiment"
    _ask_longest(models.get(models.resolve(other, None)))
    before = _megabytes()
    model = models.get(models.resolve(name, None))
    loaded = _megabytes() - before
    _ask_longest(model)
    manifest = model.release.manifest
    return {
        "model": name,
        "files": round(sum(file.size for file in manifest.files.values()) / 2**20, 1),
        "loaded": round(loaded, 1),
        "used": round(_megabytes() - before, 1),
        "counted": round(cost(manifest) / 2**20, 1),
    }


def _ask_longest(model: Any) -> None:
    length = model.release.manifest.max_length
    vector = model.release.manifest.golden.vectors[0]
    tokens = [vector.input_ids[0], *(5 + place % 60 for place in range(length - 2)), vector.input_ids[-1]]
    model.infer(Encoding(tokens, [0] * length, list(vector.features), list(vector.hashes)))


def of_a_bound(megabytes: int) -> dict[str, Any]:
    """All tasks in turns: milliseconds of requests that import and load, that load again, and that find all there."""
    from functions.text.handler import handler
    from lectern.models import shared

    taken: dict[str, list[float]] = {"first": [], "again": [], "warm": []}
    start = _megabytes()
    for number in range(ROUNDS):
        for path, body in _requests(number):
            for _ in range(2):
                event, before = http_event(json.dumps(body), CLAIMS, path=path), {*shared()._held.loaded()}
                started = time.perf_counter()
                assert handler(event, CONTEXT)["statusCode"] == 200
                took = 1000 * (time.perf_counter() - started)
                loaded = not {*shared()._held.loaded()} <= before
                taken["warm" if not loaded else "again" if number else "first"].append(took)
    return {
        "bound": megabytes,
        "start": start,
        "resident": _megabytes(),
        "peak": _peak(),
        "held": len(shared()._held.loaded()),
        **{kind: {"requests": len(times), "ms": round(median(times), 1)} for kind, times in taken.items() if times},
    }


def _requests(number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in PLACES:
        body = REQUESTS[name].body(number)
        yield REQUESTS[name].path, body
        if name == "classify":
            yield REQUESTS[name].path, body | {"scheme": "bloom"}


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _peak() -> float:
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return round(next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024, 1)


def _page(found: dict[str, Any]) -> Iterator[str]:
    yield "# One function for the light tasks\n"
    yield "`python -m tests.perf.text`; megabytes resident, medians of milliseconds.\n"
    yield "| model | files | loaded | after a row of its greatest length | counted |\n|---|---:|---:|---:|---:|"
    for row in found["models"]:
        yield f"| {row['model']} | {row['files']} | {row['loaded']} | {row['used']} | {row['counted']} |"
    yield "\n| `LECTERN_MODELS_MB` | models held | resident | peak | first request | that loads again | warm |"
    yield "|---:|---:|---:|---:|---:|---:|---:|"
    for row in found["bounds"]:
        times = " | ".join(f"{row[kind]['ms']}" if kind in row else "–" for kind in ("first", "again", "warm"))
        yield f"| {row['bound'] or 'none'} | {row['held']} | {row['resident']} | {row['peak']} | {times} |"
    yield f"\nThe process has {found['bounds'][0]['start']} MB before its first request."


if __name__ == "__main__":
    what = sys.argv[1:]
    if not what:
        main()
    else:
        print(json.dumps(of_a_model(what[1]) if what[0] == "model" else of_a_bound(int(what[1]))))
