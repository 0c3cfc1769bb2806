"""Memory over many requests of all shapes, through the Lambda handler in one process.

    .venv/bin/python -m tests.perf.growth 100000

writes results/growth.json: resident megabytes after each tenth. One request in fifty is long, one in twenty is refused.
The grader is `grading-small`: twice as fast, with the same graph but for its layers.
"""

import json
import os
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from infra.local.aws import in_environment
from infra.local.environment import ensure_live, use_local_settings
from tests.http.test_events import http_event
from tests.perf.figures import RESULTS
from tests.perf.requests import REQUESTS

WARM = 2000
CONTEXT = SimpleNamespace(aws_request_id="growth")


def main(requests: int) -> None:
    """Ask and write."""
    quiet = {"LECTERN_LOG_LEVEL": "CRITICAL", "LECTERN_MODELS": '{"grading": "grading-small"}'}
    with in_environment(quiet):
        use_local_settings()
        ensure_live("grading-small", print)
        from functions.grading.handler import handler

        chance, sizes = random.Random(0), []
        for number in range(WARM + requests):
            handler(_event(number, chance), CONTEXT)
            if number >= WARM - 1 and (number - WARM + 1) % (requests // 10) == 0:
                sizes.append(_megabytes())
                print(number + 1, sizes[-1], flush=True)
    found = {"requests": requests, "warm_up": WARM, "megabytes": sizes, "grown": round(sizes[-1] - sizes[0], 1)}
    (RESULTS / "growth.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _event(number: int, chance: random.Random) -> dict[str, Any]:
    body = dict(REQUESTS["grading"].body(chance.randrange(1000)))
    words = body["answer"].split() or ["it"]
    body["answer"] = (
        " ".join(chance.choices(words, k=300 if number % 50 == 0 else chance.randint(1, 40))) + f" {number}"
    )
    if number % 20 == 1:
        body["references"] = []
    return http_event(json.dumps(body), {"sub": f"s{number}", "custom:tenant": "bench"})


def _megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
