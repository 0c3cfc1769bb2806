"""The recipe for texts from data to adapter, where `make train-env` has made its environment."""

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import read_model
from tests.recipes.test_texts_data import PHRASES, SENTENCES, question, write

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


@pytest.mark.parametrize("name", ["sentiment", "question-type"])
def test_a_run_exports_an_adapter_that_builds(tmp_path: Path, name: str) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    write(tmp_path / "sst2_train_phrases.tsv.gz", PHRASES)
    write(tmp_path / "sst_sentences.jsonl.gz", [json.dumps(row) for row in SENTENCES])
    write(tmp_path / "trec.jsonl.gz", [question(f"Where is town number {n} ?") for n in range(60)])
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", name, "--data", str(tmp_path)]
    command += ["--run", f"{tmp_path}/run", "--out", f"{tmp_path}/adapter"]
    command += ["--epochs", "1", "--rank", "2", "--phrases", "0.7", "--as_written", "0.5"]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "adapter" / "adapter.json").read_text("utf-8"))
    assert (facts["rank"], facts["alpha"], facts["fit"]["epochs"]) == (2, 4, 1)
    model = replace(read_model(name), adapter=tmp_path / "adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4
