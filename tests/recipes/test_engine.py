"""The engine, in the environment of `make train-env`: a killed run goes on to the same bits; faults are named."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


def program(folder: Path, part: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    command = [str(PYTHON), "-m", "tests.recipes.engine_program", str(folder), part]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("engine")


@pytest.fixture(scope="module")
def found(folder: Path) -> dict[str, Any]:
    """What the runs gave, after one of them was killed with SIGKILL."""
    killed = program(folder, "killed")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    record = json.loads((folder / "cut" / "record.json").read_text("utf-8"))
    assert not record["finished"]
    done = program(folder, "faults")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result | {"told": done.stdout}


def test_a_killed_run_goes_on_to_the_same_weights(found: dict[str, Any]) -> None:
    assert found["resumed"] == found["whole"]


def test_progress_is_told(found: dict[str, Any]) -> None:
    assert "step 3/30  loss " in found["told"]
    assert "epoch 3: {'weight':" in found["told"]


def test_the_record_is_the_same_as_if_nothing_had_happened(folder: Path, found: dict[str, Any]) -> None:
    cut, whole = (json.loads((folder / name / "record.json").read_text("utf-8")) for name in ("cut", "whole"))
    assert cut["history"] == whole["history"]
    assert whole["finished"]
    assert whole["fit"]["seed"] == 20130601
    assert whole["data_sha256"] == "0" * 64
    assert [entry["epoch"] for entry in whole["history"] if "epoch" in entry] == [1, 2, 3]
    assert set(whole["versions"]) == {"python", "torch", "numpy", "tokenizers"}


def test_the_curves_are_one_file_that_a_browser_draws(folder: Path, found: dict[str, Any]) -> None:
    picture = ElementTree.fromstring((folder / "whole" / "curves.svg").read_text("utf-8"))
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert [len(line.attrib["points"].split()) for line in lines] == [10, 3]
    assert "http" not in "".join(value for node in picture.iter() for value in node.attrib.values())


def test_what_does_nothing_is_found_and_cut_without_a_trace(found: dict[str, Any]) -> None:
    cut = found["cut"]
    assert cut["least_head"] == [1, 1, 1]
    assert all(set(range(5, 12)) <= set(idle) for idle in cut["idle_columns"])
    assert cut["narrow"] < 1e-5
    assert cut["smaller"] < 0.8
    assert (cut["layers"], cut["kept"]) == (2, True)


def test_padding_changes_no_answer(found: dict[str, Any]) -> None:
    assert found["cut"]["padding"] < 1e-5


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("nan", "the loss is nan at step 14 (epoch 2, batch 4)"),
        ("full", "full/checkpoint.pt: No space left on device; what was saved before is whole"),
        ("broken", "broken/checkpoint.pt is unreadable"),
        ("changed", f"whole/checkpoint.pt was made with other parameters or data: data_sha256 ({'0' * 64} then"),
    ],
)
def test_what_went_wrong_is_named(found: dict[str, Any], fault: str, message: str) -> None:
    assert message in found[fault]
