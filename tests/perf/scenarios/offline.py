"""`offline`: distinct pairs a second of `lectern grade`, beside onnxruntime alone on the same rows.

One row per run on as many threads as there are cores, for both.
"""

import csv
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions.grading.schemas import GradeRequest
from functions.grading.task import encode
from lectern.load import load
from lectern.model import LoadedModel
from lectern.models import shared
from lectern.store import open_store
from tests.perf.figures import Figure, figure
from tests.perf.pairs import COLUMNS

RUNS = 3


def measure_offline(rows: Sequence[Mapping[str, str]]) -> list[Figure]:
    """Whole commands, from process start to the report."""
    store = open_store(os.environ["LECTERN_STORE"])
    model = load(store, shared().get(shared().resolve("grading", None)).release)
    seconds: dict[str, list[float]] = {"lectern": [], "onnxruntime alone": []}
    small: dict[str, list[float]] = {"lectern": [], "grading": seconds["lectern"]}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(RUNS):
            seconds["lectern"].append(lectern_seconds(rows, Path(folder, str(number))))
            seconds["onnxruntime alone"].append(ceiling_seconds(rows, model))
            small["lectern"].append(lectern_seconds(rows, Path(folder, f"small{number}"), "grading-small"))
            print(f"offline {number + 1}/{RUNS}: {seconds} {small}", flush=True)

    def rate(seconds: float) -> float:
        return len(rows) / seconds

    return [
        figure("offline.grading", "pairs/s", seconds, "onnxruntime alone", rate),
        figure("offline.grading-small", "pairs/s", small, "grading", rate),
    ]


def lectern_seconds(rows: Sequence[Mapping[str, str]], folder: Path, model: str = "grading") -> float:
    """Seconds of the whole command, from process start to the report."""
    folder.mkdir(parents=True)
    with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    command = [sys.executable, "-m", "infra.local.cli", "grade", str(folder / "in.csv"), "--out", str(folder / "out")]
    command += ["--model", model]
    started = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    return time.monotonic() - started


def ceiling_seconds(rows: Sequence[Mapping[str, str]], model: LoadedModel) -> float:
    """Seconds of the model runs alone, tokens ready."""
    encodings = [
        encode(
            GradeRequest(question=row["question"], references=[row["reference"]], answer=row["answer"]),
            model.tokenizer,
            model.release.manifest,
        )[0]
        for row in rows
    ]
    started = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(model.infer, encodings))
    return time.monotonic() - started
