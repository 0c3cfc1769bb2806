"""`stages`: where the milliseconds of a cold start go; medians of starts, into results/stages.json."""

import json
import os
import subprocess
import sys
import time
from statistics import median

from tests.http.test_events import http_event
from tests.perf.figures import RESULTS, Figure
from tests.perf.requests import REQUESTS

STARTS = 7
FUNCTION = "grading"


def measure_stages() -> list[Figure]:
    """Stage by stage, from process start to the first answer; none of them is a figure with a reference."""
    runs = [_run() for _ in range(STARTS)]
    found = {stage: round(median(run[stage] for run in runs), 1) for stage in runs[0]}
    (RESULTS / "stages.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(found, flush=True)
    return []


def _run() -> dict[str, float]:
    asked = REQUESTS[FUNCTION]
    event = http_event(json.dumps(asked.body(0)), {"sub": "bench", "custom:tenant": "bench"}, path=asked.path)
    command = [sys.executable, "-m", "tests.perf.staged", FUNCTION, json.dumps(event)]
    quiet = {"LECTERN_LOG_LEVEL": "WARNING", "LECTERN_PRELOAD": "false"}
    started = time.perf_counter()
    done = subprocess.run(  # our own command
        command, env={**os.environ, **quiet}, check=True, capture_output=True, text=True
    )
    whole = 1000 * (time.perf_counter() - started)
    stages: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {"interpreter": whole - sum(stages.values()), **stages}
