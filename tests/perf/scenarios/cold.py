"""`cold`, `warm`, `memory` and `p99` of every function with a model: beside the floor, the grader beside torch too."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from operator import attrgetter
from pathlib import Path

from lectern.release import Pin, Release, read_alias, read_release
from lectern.store import open_store
from model_store.catalogue import read_model
from model_store.sources import base_folder
from tests.perf.figures import Figure, figure
from tests.perf.process import Contender, Measured, measure
from tests.perf.requests import REQUESTS

TORCH_PYTHON = Path(".venv-train/bin/python")
SCENARIOS = (("cold", "s"), ("warm", "ms"), ("memory", "MB"))


def measure_function(name: str, variables: Mapping[str, str], starts: int, requests: int) -> list[Figure]:
    """Figures of one function; the contenders take turns."""
    contenders = contenders_of(name, variables)
    measured: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for number in range(starts):
        for contender in contenders:
            measured[contender.name].append(measure(contender, REQUESTS[name], requests))
            print(f"{name} {number + 1}/{starts}: {contender.name} {measured[contender.name][-1]}", flush=True)
    others = [reference for reference in measured if reference != "lectern"]
    return [
        figure(f"{scenario}.{name}", unit, measured, reference, attrgetter(scenario))
        for scenario, unit in SCENARIOS
        for reference in others
    ] + _steadiness(name, measured)


def contenders_of(name: str, variables: Mapping[str, str]) -> list[Contender]:
    """The function with its live release, and its references over the same files."""
    store, key, model = open_store(os.environ["LECTERN_STORE"]), os.environ["LECTERN_PUBLIC_KEY"], REQUESTS[name].model
    release = read_release(store, Pin(model, read_alias(store, model, "live").version), key)
    return _contenders(name, {**variables, "LECTERN_PUBLIC_KEY": key}, release)


def _steadiness(name: str, measured: Mapping[str, Sequence[Measured]]) -> list[Figure]:
    """The 99th percentile of one request beside its median, and that ratio beside the floor's on the same machine."""
    medians, slowest = zip(*(run.same for run in measured["lectern"]), strict=True)
    ratios = {who: [slow / middle for middle, slow in (run.same for run in runs)] for who, runs in measured.items()}
    return [
        figure(f"p99.{name}", "ms", {"lectern": slowest, "p50": medians}, "p50"),
        figure(f"steadiness.{name}", "x p50", ratios, "floor"),
    ]


def _contenders(name: str, variables: dict[str, str], release: Release) -> list[Contender]:
    pins = {file: pin.model_dump() for file, pin in release.manifest.files.items()}
    floor = variables | {"FLOOR_PINS": json.dumps({"bucket": variables["LECTERN_STORE"][5:], **pins})}
    bare = "floor" if name == "grading" else "floor_text"
    contenders = [
        Contender("lectern", f"functions.{name}.handler.handler", variables, sys.executable),
        Contender("floor", f"tests.perf.{bare}.handler", floor, sys.executable),
    ]
    if name == "grading" and TORCH_PYTHON.exists():
        folder = str(base_folder(read_model("grading").base).absolute())
        torch = {"TORCH_MODEL": folder, "HF_HUB_OFFLINE": "1"}
        contenders.append(Contender("torch", "tests.perf.torch_handler.handler", torch, str(TORCH_PYTHON.absolute())))
    return contenders
