"""No server: the pipeline of `make serve` on as many threads as there are cores; prints requests a second."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from functions.grading.task import TASK
from infra.local.environment import use_local_settings
from infra.local.serve import SETTINGS
from lectern.call import Call
from lectern.models import shared
from lectern.pipeline import answer
from lectern.principal import NOBODY
from tests.perf.requests import REQUESTS


def graded(body: dict[str, Any]) -> str:
    """One answer, as it would be sent."""
    return answer(TASK, body, Call(NOBODY, "bench"), shared()).model_dump_json()


if __name__ == "__main__":
    use_local_settings(**SETTINGS)
    bodies = [REQUESTS["grading"].body(number) for number in range(int(sys.argv[1]))]
    list(map(graded, bodies[:2]))
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(graded, bodies))
    print(len(bodies) / (time.monotonic() - started))
