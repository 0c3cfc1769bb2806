"""`make soak`: jobs at full size, disturbed and undisturbed, beside `lectern grade`; writes results/soak.md.

`python -m tests.perf.soak memory` measures one part anew; what the others found is in results/soak.json.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from infra.local.batch import run_job
from infra.local.environment import ensure_live, use_local_settings
from infra.local.grade import grade_file
from infra.local.jobs import GRADING, JOBS, local_jobs
from infra.local.lambdas import Lambdas
from lectern.jobs.documents import Job, JobSettings
from tests.jobs.rows import answers

ROWS, KILLS = 10_000, 10
MEMORY_ROWS = (1_000, 100_000)
RESULTS = Path(__file__).with_name("results")
WORKERS = os.cpu_count() or 1


def main(parts: list[str]) -> None:
    """Measure the parts, each of which is kept as soon as it is there; ends with 1 where a run lost a row or a byte."""
    use_local_settings(LECTERN_LOG_LEVEL="ERROR")
    ensure_live("grading", print)
    kept = RESULTS / "soak.json"
    for part in parts:
        found = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        with tempfile.TemporaryDirectory() as folder:
            found[part] = PARTS[part](Path(folder))
        kept.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if len(found) == len(PARTS):
        (RESULTS / "soak.md").write_text(_page(**found), "utf-8")
    sys.exit(found.get("killed", KILLS) != KILLS)


def _speed(folder: Path) -> dict[str, float]:
    """Rows per second: by the command in this process, by a job, and by a job that fills the gradebook."""
    source = _source(folder, ROWS)
    found = {"lectern grade": _timed(lambda: grade_file(source, folder / "command", None, lambda *_: None))}
    for name, gradebook in (("a job", False), ("a job with the gradebook", True)):
        with local_jobs(WORKERS):
            found[name] = _timed(partial(_run, source, folder / name, gradebook))
    assert _grades(folder / "a job") == _grades(folder / "command")
    return found


def _killed(folder: Path) -> int:
    """How many of KILLS runs, each with a worker killed at a random moment, gave the very bytes."""
    source = _source(folder, ROWS)
    grade_file(source, folder / "command", None, lambda *_: None)
    same, chance = 0, random.Random(20130601)
    seconds = ROWS / 100
    for number in range(KILLS):
        with local_jobs(WORKERS) as lambdas, _killer(lambdas, chance.uniform(2, seconds / 2)):
            job = _run(source, folder / f"killed{number}", gradebook=False)
        accounted = job.counts.graded + job.counts.errors == job.counts.rows == ROWS
        same += accounted and _grades(folder / f"killed{number}") == _grades(folder / "command")
        print(f"killed run {number + 1} of {KILLS}: {same} the same", flush=True)
    return same


def _memory(folder: Path) -> list[tuple[int, float, float]]:
    """Peak megabytes of a worker and of the function that cuts and puts together, by rows; graded without a model."""
    found = []
    for rows in MEMORY_ROWS:
        source = _source(folder, rows)
        with local_jobs(WORKERS, "tests.jobs.quick.handler") as lambdas:
            assert _run(source, folder / str(rows), gradebook=False).counts.rows == rows
            found.append((rows, _peak(lambdas, GRADING), _peak(lambdas, JOBS)))
    return found


PARTS: dict[str, Callable[[Path], Any]] = {"speed": _speed, "killed": _killed, "memory": _memory}


def _source(folder: Path, rows: int) -> Path:
    source = folder / f"{rows}.csv"
    source.write_bytes(answers(rows))
    return source


@contextmanager
def _killer(lambdas: Lambdas, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, lambda: lambdas.processes[GRADING][0].process.kill())
    timer.start()
    yield
    timer.cancel()


def _run(source: Path, folder: Path, gradebook: bool) -> Job:
    """A job of its own: the local AWS is one per process, and would know the same file again."""
    own = source.with_name(f"{folder.name}.csv")
    if own != source:
        shutil.copy(source, own)
    chosen = JobSettings(concurrency=WORKERS, gradebook=gradebook)
    return run_job(own, folder, None, chosen, lambda *_: None)


def _timed(act: Callable[[], object]) -> float:
    started = time.monotonic()
    act()
    return ROWS / (time.monotonic() - started)


def _grades(folder: Path) -> bytes:
    return (folder / "grades.csv").read_bytes()


def _peak(lambdas: Lambdas, name: str) -> float:
    pid = lambdas.processes[name][0].process.pid
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def _page(speed: dict[str, float], killed: int, memory: list[tuple[int, float, float]]) -> str:
    ratio = speed["a job"] / speed["lectern grade"]
    lines = [f"| {name} | {rate:.0f} rows/s |" for name, rate in speed.items()]
    peaks = [f"| {rows:,} | {worker:.0f} MB | {jobs:.0f} MB |" for rows, worker, jobs in memory]
    return f"""# Results of `make soak`

{ROWS:,} answers on {WORKERS} cores; a job is {ratio:.2f} × as fast as the command.

| | |
|---|---|
{chr(10).join(lines)}

{killed} of {KILLS} runs with a worker killed at a random moment gave the same `grades.csv`, every row accounted for.

Peak memory by rows, graded without a model:

| rows | a worker | cut and put together |
|---|---|---|
{chr(10).join(peaks)}
"""


if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
