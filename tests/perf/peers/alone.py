"""No server: the model on as many threads as there are cores; prints requests a second."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.perf.floor import grade
from tests.perf.requests import REQUESTS

if __name__ == "__main__":
    bodies = [REQUESTS["grading"].body(number) for number in range(int(sys.argv[1]))]
    list(map(grade, bodies[:2]))
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(grade, bodies))
    print(len(bodies) / (time.monotonic() - started))
