"""`offline`: distinct pairs a second of `lectern grade`, beside other ways over the same rows.

`onnxruntime alone` runs the same model, one row per run on as many threads as there are cores, tokens ready. What a
tutorial shows (`tests.perf.plain`) takes part where `make train-env` was.
"""

import csv
import json
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
from lectern.model import LoadedModel
from lectern.models import shared
from model_store.catalogue import read_model
from model_store.sources import base_folder
from tests.perf.figures import Figure, figure
from tests.perf.pairs import COLUMNS
from tests.perf.scenarios.cold import TORCH_PYTHON

RUNS = 5


def measure_offline(rows: Sequence[Mapping[str, str]]) -> list[Figure]:
    """Whole commands, from process start to the report."""
    model = shared().get(shared().resolve("grading", None))
    seconds: dict[str, list[float]] = {"lectern": [], "onnxruntime alone": []}
    small: dict[str, list[float]] = {"lectern": [], "grading": seconds["lectern"]}
    with tempfile.TemporaryDirectory() as folder:
        write_pairs(rows, Path(folder))
        for number in range(RUNS):
            seconds["lectern"].append(lectern_seconds(rows, Path(folder, str(number))))
            seconds["onnxruntime alone"].append(ceiling_seconds(rows, model))
            small["lectern"].append(lectern_seconds(rows, Path(folder, f"small{number}"), "grading-small"))
            for name, taken in plain_seconds(Path(folder)).items():
                seconds.setdefault(name, []).append(taken)
                small[name] = seconds[name]
            print(f"offline {number + 1}/{RUNS}: {seconds} {small}", flush=True)

    def rate(seconds: float) -> float:
        return len(rows) / seconds

    return [
        figure(name, "pairs/s", runs, reference, rate)
        for name, runs in (("offline.grading", seconds), ("offline.grading-small", small))
        for reference in runs
        if reference != "lectern"
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


def write_pairs(rows: Sequence[Mapping[str, str]], folder: Path) -> None:
    """What `tests.perf.plain` reads: question and reference, answer."""
    pairs = [(f"{row['question']} {row['reference']}", row["answer"]) for row in rows]
    (folder / "pairs.json").write_text(json.dumps(pairs), "utf-8")


def plain_seconds(folder: Path, *sizes: str) -> dict[str, float]:
    """Seconds of what a tutorial shows, by name, or by size of batches; nothing where there is no torch."""
    if not TORCH_PYTHON.exists():
        return {}
    place = {"TORCH_MODEL": str(base_folder(read_model("grading").base)), "HF_HUB_OFFLINE": "1"}
    command = [str(TORCH_PYTHON), "-m", "tests.perf.plain", str(folder), *sizes]
    done = subprocess.run(command, check=True, capture_output=True, env={**os.environ, **place})
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
