"""The grading recipe from data to adapter, where `make train-env` has made its environment."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import read_model
from tests.recipes.test_job import data

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


def test_a_run_exports_an_adapter_that_builds(tmp_path: Path) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", "grading-plain", "--everything"]
    command += ["--run", f"{tmp_path}/run", "--out", f"{tmp_path}/adapter", "--data", str(data(tmp_path / "data"))]
    command += ["--epochs", "1", "--rank", "2", "--batch_size", "4"]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "adapter" / "adapter.json").read_text("utf-8"))
    assert (facts["rank"], facts["fit"]["epochs"], facts["parameters"]["batch_size"]) == (2, 1, 4)
    model = replace(read_model("grading-plain"), adapter=tmp_path / "adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4
