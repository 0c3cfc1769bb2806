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


@pytest.mark.parametrize("name", ["sentiment", "question-type"])
def test_a_run_exports_an_adapter_that_builds(data: Path, name: str) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    adapter = train(data, name, "--rank", "2", "--phrases", "0.7", "--as_written", "0.5")
    facts = json.loads((adapter / "adapter.json").read_text("utf-8"))
    assert (facts["rank"], facts["alpha"], facts["fit"]["epochs"]) == (2, 4, 1)
    model = replace(read_model(name), adapter=adapter)
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4


@pytest.mark.parametrize("more", [0, 3])
def test_a_run_may_begin_with_the_adapter_of_another_task(data: Path, more: int) -> None:
    """It takes the encoder's changes, at a higher rank too, begins a head of its own, and says what was learnt."""
    first = read_model("answer").adapter
    rank = json.loads((first / "adapter.json").read_text("utf-8"))["rank"] + more
    adapter = train(data, "question-type", "--rank", str(rank), "--initial", str(first), "--learning_rate", "1e-9")
    before, after = (load_file(folder / "adapter.safetensors") for folder in (first, adapter))
    layer = "encoder.layer.3.attention.self.query"
    assert after[f"{layer}.lora_A"].shape == (rank, 384)
    old, new = (part[f"{layer}.lora_B"].astype(float) @ part[f"{layer}.lora_A"] for part in (before, after))
    assert np.allclose(old, new, atol=1e-6)
    assert after["head.classifier.weight"].shape == (6, 384)
    learnt = json.loads((adapter / "adapter.json").read_text("utf-8"))["training_data"]
    assert [entry["name"].split(",")[0] for entry in learnt][:2] == ["TREC questions", "SQuAD v1.1"]
