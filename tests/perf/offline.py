"""Throughput of `lectern grade`, beside onnxruntime alone on the same rows: one row per run on as many threads."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions.grading.schemas import GradeRequest
from functions.grading.task import encode
from lectern.model import LoadedModel
from tests.perf.pairs import COLUMNS


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
