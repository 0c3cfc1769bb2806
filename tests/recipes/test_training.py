"""The grading recipe from data to adapter, where `make train-env` has made its environment."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from model_store.build.builder import float_graph
from model_store.build.golden import check_reference, read_reference
from model_store.catalogue import Model, read_model
from tests.recipes.test_data import sample_class

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


def train(folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [str(PYTHON), "-m", "model_store.recipes.grading", "--run", f"{folder}/run", "--out", f"{folder}/adapter"]
    command += ["--data", str(sample_class(folder)), "--epochs", "1", "--rank", "2", *options]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_run_exports_an_adapter_that_builds_and_goes_on_where_it_was(tmp_path: Path) -> None:
    done = train(tmp_path)
    assert done.returncode == 0, done.stderr
    first = (tmp_path / "adapter" / "adapter.safetensors").read_bytes()
    facts = json.loads((tmp_path / "adapter" / "adapter.json").read_text("utf-8"))
    assert facts["parameters"]["epochs"] == 1
    embedded = read_model("grading")
    model = Model("grading", "grading", embedded.base, tmp_path / "adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4

    again = train(tmp_path)
    assert '"step"' not in again.stdout
    assert (tmp_path / "adapter" / "adapter.safetensors").read_bytes() == first

    other = train(tmp_path, "--learning_rate", "0.5")
    assert other.returncode == 1
    assert "was made with other parameters or data" in other.stderr
