"""`make bench`: run the scenarios, write results/latest.json and results/README.md."""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path
from statistics import mean, median
from typing import Any

from infra.local.aws import in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings
from lectern.load import load
from lectern.models import shared
from lectern.release import Pin, Release, read_release
from lectern.store import open_store
from model_store.catalogue import read_model
from model_store.sources import base_folder
from tests.perf.functions import Contender, Measured, measure
from tests.perf.offline import ceiling_seconds, lectern_seconds
from tests.perf.pairs import pairs

RESULTS = Path(__file__).with_name("results")
COLD_RUNS, WARM_ROWS, OFFLINE_ROWS, OFFLINE_RUNS = 9, 200, 2500, 3
TORCH_PYTHON = Path(".venv-train/bin/python")


@dataclass(frozen=True)
class Result:
    """A figure beside its reference of the same run; `spread` is the interquartile range of the value."""

    name: str
    value: float
    unit: str
    reference: str
    reference_value: float
    ratio: float
    spread: float


def main() -> None:
    """Measure everything and write the results."""
    with local_aws() as variables, in_environment(variables):
        use_local_settings(LECTERN_STORE=variables["LECTERN_STORE"])
        for name in ("grading", "grading-small"):
            ensure_live(name, print)
        results = _functions(variables) + _offline()
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latest.json").write_text(json.dumps([asdict(result) for result in results], indent=1) + "\n", "utf-8")
    (RESULTS / "conditions.json").write_text(json.dumps(_conditions(), indent=1) + "\n", "utf-8")
    (RESULTS / "README.md").write_text(_page(results), "utf-8")
    print(_table(results))


def _functions(variables: dict[str, str]) -> list[Result]:
    store, key = open_store(os.environ["LECTERN_STORE"]), os.environ["LECTERN_PUBLIC_KEY"]
    release = read_release(store, Pin("grading", "1.0.0"), key)
    contenders = _contenders(variables | {"LECTERN_PUBLIC_KEY": key}, release)
    rows = pairs(WARM_ROWS)
    measured: dict[str, list[Measured]] = {contender.name: [] for contender in contenders}
    for number in range(COLD_RUNS):
        for contender in contenders:
            measured[contender.name].append(measure(contender, rows))
            print(f"run {number + 1} of {COLD_RUNS}: {contender.name} {measured[contender.name][-1]}", flush=True)
    return [
        _result(f"{scenario}.grading", unit, measured, reference, attrgetter(scenario))
        for scenario, unit in (("cold", "s"), ("warm", "ms"), ("memory", "MB"))
        for reference in measured
        if reference != "lectern"
    ]


def _contenders(variables: dict[str, str], release: Release) -> list[Contender]:
    pins = {name: pin.model_dump() for name, pin in release.manifest.files.items()}
    floor = variables | {"FLOOR_PINS": json.dumps({"bucket": variables["LECTERN_STORE"][5:], **pins})}
    contenders = [
        Contender("lectern", "functions.grading.handler.handler", variables, sys.executable),
        Contender("floor", "tests.perf.floor.handler", floor, sys.executable),
    ]
    if TORCH_PYTHON.exists():
        folder = str(base_folder(read_model("grading").base).absolute())
        torch = {"TORCH_MODEL": folder, "HF_HUB_OFFLINE": "1"}
        contenders.append(Contender("torch", "tests.perf.torch_handler.handler", torch, str(TORCH_PYTHON.absolute())))
    return contenders


def _offline() -> list[Result]:
    rows = pairs(OFFLINE_ROWS)
    model = load(open_store(os.environ["LECTERN_STORE"]), shared().get(shared().resolve("grading", None)).release)
    seconds: dict[str, list[float]] = {"lectern": [], "onnxruntime alone": []}
    small: dict[str, list[float]] = {"lectern": [], "grading": seconds["lectern"]}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(OFFLINE_RUNS):
            seconds["lectern"].append(lectern_seconds(rows, Path(folder, str(number))))
            seconds["onnxruntime alone"].append(ceiling_seconds(rows, model))
            small["lectern"].append(lectern_seconds(rows, Path(folder, f"small{number}"), "grading-small"))
    return [
        _result("offline.grading", "pairs/s", seconds, "onnxruntime alone", lambda s: len(rows) / s),
        _result("offline.grading-small", "pairs/s", small, "grading", lambda s: len(rows) / s),
    ]


def _result(name: str, unit: str, runs: dict[str, list[Any]], reference: str, value: Callable[[Any], float]) -> Result:
    values, references = sorted(map(value, runs["lectern"])), [value(run) for run in runs[reference]]
    quarter = len(values) // 4
    ours, theirs = median(values), median(references)
    spread = values[-1 - quarter] - values[quarter]
    return Result(name, round(ours, 3), unit, reference, round(theirs, 3), round(ours / theirs, 3), round(spread, 3))


def _table(results: list[Result]) -> str:
    lines = ["| scenario | Lectern | spread | reference | its value | ratio |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {r.name} | {r.value:g} {r.unit} | {r.spread:g} | {r.reference} | {r.reference_value:g} | {r.ratio:.2f} |"
        for r in results
    ]
    return "\n".join(lines)


def _page(results: list[Result]) -> str:
    length = _conditions()["words"]
    return f"""# Results of `make bench`

{machine()}

{_table(results)}

Medians; spread is the interquartile range. The contenders take turns within one run. `cold`: from process start,
through real awslambdaric, to the first graded answer, the model fetched from the local S3, digests and golden
self-test included ({COLD_RUNS} starts). `warm`: a request on a started process ({WARM_ROWS - 1} distinct answers per
start). `memory`: peak resident memory of the process afterwards. `offline`: `lectern grade` on {OFFLINE_ROWS} distinct
pairs of {length:.0f} words on average, the whole command ({OFFLINE_RUNS} runs). floor: a bare handler with the same
files and checks, no framework. torch: transformers and torch in fp32, files on disk. onnxruntime alone: the model runs
on as many threads, tokens ready.
"""


def _conditions() -> dict[str, Any]:
    """What a figure has to be scaled from: the processors, and the mean words of question, reference and answer."""
    words = mean(len(f"{row['question']} {row['reference']} {row['answer']}".split()) for row in pairs(OFFLINE_ROWS))
    return {"machine": machine(), "cores": os.cpu_count(), "words": round(words, 1)}


def machine() -> str:
    """Processor, cores, system and Python."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.processor(),
    )
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{model}, {os.cpu_count()} cores, {system}."


if __name__ == "__main__":
    main()
