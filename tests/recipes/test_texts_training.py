"""The recipe for texts from data to adapter, where `make train-env` has made its environment."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import read_model
from tests.recipes.test_texts_data import PHRASES, SENTENCES, question, write

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path / "sst2_train_phrases.tsv.gz", PHRASES)
    write(tmp_path / "sst_sentences.jsonl.gz", [json.dumps(row) for row in SENTENCES])
    write(tmp_path / "trec.jsonl.gz", [question(f"Where is town number {n} ?") for n in range(60)])
    return tmp_path


def train(data: Path, name: str, *options: str) -> Path:
    """The adapter that a run of one epoch exports."""
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", name, "--data", str(data), "--epochs", "1"]
    command += ["--run", f"{data}/run", "--out", f"{data}/adapter", *options]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return data / "adapter"


def changes(adapter: Path) -> np.ndarray:
    """What an adapter adds to one matrix of its base."""
    facts = json.loads((adapter / "adapter.json").read_text("utf-8"))
    tensors, layer = load_file(adapter / "adapter.safetensors"), "encoder.layer.3.attention.self.query"
    first, second = (tensors[f"{layer}.lora_{factor}"].astype(float) for factor in "BA")
    changed: np.ndarray = facts["alpha"] / facts["rank"] * first @ second
    return changed


@pytest.mark.parametrize(("name", "whole", "alpha"), [("sentiment", "true", 2), ("question-type", "false", 4)])
def test_a_run_exports_an_adapter_that_builds(data: Path, name: str, whole: str, alpha: int) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    adapter = train(data, name, "--rank", "2", "--phrases", "0.7", "--as_written", "0.5", "--whole", whole)
    facts = json.loads((adapter / "adapter.json").read_text("utf-8"))
    assert (facts["rank"], facts["alpha"], facts["fit"]["epochs"]) == (2, alpha, 1)
    model = replace(read_model(name), adapter=adapter)
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4


@pytest.mark.parametrize(("more", "whole"), [(0, "false"), (3, "false"), (0, "true"), (3, "true")])
def test_a_run_may_begin_with_the_adapter_of_another_task(data: Path, more: int, whole: str) -> None:
    """It takes the encoder's changes, at a higher rank too, begins a head of its own, and says what was learnt."""
    first = read_model("answer").adapter
    rank = json.loads((first / "adapter.json").read_text("utf-8"))["rank"] + more
    chosen = ("--rank", str(rank), "--learning_rate", "1e-9", "--whole", whole)
    adapter = train(data, "question-type", "--initial", str(first), *chosen)
    after = load_file(adapter / "adapter.safetensors")
    assert after["encoder.layer.3.attention.self.query.lora_A"].shape == (rank, 384)
    old, new = changes(first), changes(adapter)
    assert np.abs(old).max() > 0.1 and np.allclose(old, new, atol=2e-4)
    assert after["head.classifier.weight"].shape == (6, 384)
    learnt = json.loads((adapter / "adapter.json").read_text("utf-8"))["training_data"]
    assert [entry["name"].split(",")[0] for entry in learnt][:2] == ["TREC questions", "SQuAD v1.1"]
