"""The translator's recipe from pairs to a release, where `make train-env` has made its environment."""

import gzip
import json
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.numpy import load_file

from lectern.model import MODEL, TOKENIZER
from model_store.build.builder import build
from model_store.catalogue import Model, read_model
from model_store.release.rehearsal import rehearse
from tests.patience import PATIENCE

PYTHON = Path(".venv-train/bin/python").absolute()
OPTIONS = "--epochs 4 --cycles 1 --batch_size 8 --vocabulary 150 --width 16 --inner 16 --checkpoint_steps 1"

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Pairs with names and numbers in both languages."""
    names = (("Tom", "汤姆"), ("Mary", "瑪麗"), ("John", "约翰"))
    pairs = [
        (f"{en} has {n} books, I'd say.", f"我想{zh}有{n}本書。") for en, zh in names for n in (2, 15, 300, "many")
    ]
    lines = [f"train\t{en}\t{zh}" for en, zh in pairs] + ["dev\tWhere is the river?\t河在哪裡？"]
    (tmp_path / "tatoeba_en_zh.tsv.gz").write_bytes(gzip.compress("\n".join(["split\ten\tzh", *lines]).encode()))
    return tmp_path


def started(data: Path, name: str, *more: str) -> "subprocess.Popen[str]":
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", "translate", "--data", str(data)]
    command += ["--run", f"{data}/{name}", *OPTIONS.split(), *more]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(run: "subprocess.Popen[str]") -> None:
    _, errors = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, errors


def test_a_run_exports_what_builds_and_proves_itself(data: Path) -> None:
    """Reference log-probabilities are torch's own; the fp32 graph must come to them, and the int8 one near."""
    finished(started(data, "run"))
    adapter = data / "run" / "adapter"
    facts = json.loads((adapter / "adapter.json").read_text("utf-8"))
    assert (facts["kind"], facts["parameters"]["width"], facts["pairs"]) == ("translator", 16, 12)
    assert {str(value.dtype) for value in load_file(adapter / "adapter.safetensors").values()} <= {
        "int8", "float16", "float32",
    }  # fmt: skip
    model: Model = replace(read_model("translate"), adapter=adapter, name="translate-tried")
    made = build(model)
    assert {MODEL, TOKENIZER, "writing.json"} < {path.name for path in made.folder.iterdir()}
    loaded = rehearse(made, "translate")
    assert loaded.rules is not None and 5 <= len(loaded.release.manifest.golden.vectors) < 10


def killed(run: "subprocess.Popen[str]", checkpoint: Path) -> None:
    """Kill the run as soon as there is something to go on from."""
    deadline = time.monotonic() + PATIENCE
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    run.send_signal(signal.SIGKILL)
    run.communicate()


def test_a_run_that_was_killed_or_stopped_ends_with_the_same_weights(data: Path) -> None:
    """Killed once, then stopped after two of four epochs and exported, then to its end."""
    adapter = data / "cut" / "adapter"
    killed(started(data, "cut"), data / "cut" / "checkpoint.pt")
    assert not adapter.exists()
    whole = started(data, "whole")
    finished(started(data, "cut", "--stop", "2"))
    assert json.loads((adapter / "adapter.json").read_text("utf-8"))["stopped"] == "2 epochs"
    before = (adapter / "adapter.safetensors").read_bytes()
    finished(started(data, "cut"))
    finished(whole)
    after, expected = (
        (folder / "adapter.safetensors").read_bytes() for folder in (adapter, data / "whole" / "adapter")
    )
    assert after == expected
    assert after != before


def test_a_run_does_not_stop_where_it_has_been(data: Path) -> None:
    finished(started(data, "run", "--epochs", "2"))
    again = started(data, "run", "--epochs", "2", "--stop", "1")
    assert "past epoch 1 already" in again.communicate(timeout=PATIENCE)[1]
    assert again.returncode == 1
