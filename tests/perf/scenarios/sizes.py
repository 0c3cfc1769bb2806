"""`start-at` and `warm-at`: the grader by a function's memory, which on Lambda sets its share of the processors.

1,769 MB have one whole processor there. Here a control group's quota gives as much, where one can be made (as root).
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from infra.cost.measured import WHOLE_PROCESSOR
from tests.perf.figures import Figure, figure
from tests.perf.process import Measured, measure
from tests.perf.requests import REQUESTS
from tests.perf.scenarios.cold import contenders_of

SIZES = (256, 512, 1024, WHOLE_PROCESSOR, 3008)
STARTS, ASKED = 3, 40

PERIOD = 20_000
"""Microseconds after which a process gets its quota again: short, so that a request can't live on what was saved up."""

GROUPS = (Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup"))
"""Of the first version of control groups, and of the second."""


def measure_sizes(variables: Mapping[str, str]) -> list[Figure]:
    """Figures of each size, the sizes in turns; none where control groups can't be made."""
    try:
        with _python_with(1):
            pass
    except OSError as error:
        print(f"no control group can be made: {error}", flush=True)
        return []
    ours = next(contender for contender in contenders_of("grading", variables) if contender.name == "lectern")
    measured: dict[int, list[Measured]] = {size: [] for size in SIZES}
    for number in range(STARTS):
        for size, runs in measured.items():
            with _python_with(size / WHOLE_PROCESSOR) as python:
                runs.append(measure(replace(ours, python=python), REQUESTS["grading"], ASKED, repeated=1))
            print(f"{size} MB {number + 1}/{STARTS}: {runs[-1]}", flush=True)
    starts = {size: [run.cold for run in runs] for size, runs in measured.items()}
    warm = {size: [run.warm for run in runs] for size, runs in measured.items()}
    return [*_figures("start-at", "s", starts), *_figures("warm-at", "ms", warm)]


def _figures(scenario: str, unit: str, taken: Mapping[int, Sequence[float]]) -> list[Figure]:
    """Beside what it would take if time went up as the share of one processor goes down."""
    found = []
    for size, values in taken.items():
        proportional = [value / min(1.0, size / WHOLE_PROCESSOR) for value in taken[WHOLE_PROCESSOR]]
        runs = {"lectern": values, "in proportion": proportional}
        found.append(figure(f"{scenario}.{size:04}MB", unit, runs, "in proportion"))
    return found


@contextmanager
def _python_with(processors: float) -> Iterator[str]:
    """A Python whose processes have this share of the processors. Raises OSError where no control group can be made."""
    root = next((folder for folder in GROUPS if (folder / "cgroup.procs").exists()), GROUPS[0])
    group = Path(tempfile.mkdtemp(prefix="lectern-", dir=root))
    try:
        _limit(group, int(PERIOD * processors))
        with tempfile.TemporaryDirectory() as folder:
            python = Path(folder, "python")
            python.write_text(f'#!/bin/sh\necho $$ > {group}/cgroup.procs || exit 1\nexec {sys.executable} "$@"\n')
            python.chmod(0o755)
            yield str(python)
    finally:
        group.rmdir()


def _limit(group: Path, quota: int) -> None:
    if (group / "cpu.max").exists():
        (group / "cpu.max").write_text(f"{quota} {PERIOD}")
    else:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
