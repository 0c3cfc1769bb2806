"""The grading recipes from data to adapter, where `make train-env` has made its environment."""

import gzip
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import onnx
import pytest

from lectern.model import ENCODER
from model_store.build.builder import build
from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import read_model
from tests.recipes.test_data import sample_class
from tests.recipes.test_job import data

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


def trained(name: str, data: Path, folder: Path) -> dict[str, Any]:
    """Facts of the adapter that one epoch on `data` leaves in `folder`."""
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", name, "--everything", "--data", str(data)]
    command += ["--run", f"{folder}/run", "--out", f"{folder}/adapter"]
    command += ["--epochs", "1", "--rank", "2", "--batch_size", "4"]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads((folder / "adapter" / "adapter.json").read_text("utf-8"))
    return facts


def test_a_run_exports_an_adapter_that_builds(tmp_path: Path) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    facts = trained("grading-plain", data(tmp_path / "data"), tmp_path)
    assert (facts["rank"], facts["fit"]["epochs"], facts["parameters"]["batch_size"]) == (2, 1, 4)
    model = replace(read_model("grading-plain"), adapter=tmp_path / "adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4


def test_a_shallow_grader_reads_with_the_layers_that_it_learnt_on(tmp_path: Path) -> None:
    """A build holds the cross-encoder against transformers' own, over transformers' own first layers."""
    folder = sample_class(tmp_path)
    marks = [{"qid": "1", "question": "Why?", "reference": "So.", "answer": f"{n} lamps", "score": n} for n in range(6)]
    with gzip.open(folder / "mohler.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(mark) + "\n" for mark in marks)
    facts = trained("grading-small", folder, tmp_path)
    assert (facts["depth"], facts["layers"]) == (2, [2])
    evaluation = {"calibration": {"temperature": 1.0}, "metrics": {}}
    (tmp_path / "adapter" / "evaluation.json").write_text(json.dumps(evaluation), "utf-8")
    made = build(replace(read_model("grading-small"), adapter=tmp_path / "adapter"))
    assert made.description.encoder_layers == 2
    graph = onnx.load(made.folder / ENCODER).graph
    assert [output.name for output in graph.output] == ["vectors"]
    assert not any("layer.2" in node.name for node in graph.node)
