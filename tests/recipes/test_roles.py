"""The recipe for semantic roles: what is learnt, what is kept apart, and from data to an adapter that builds."""

import gzip
import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.build.roles import read_transitions
from model_store.catalogue import read_model
from model_store.errors import DataError
from model_store.recipes.roles_data import FILE, read_sentences, roles_of
from model_store.roles_metrics import Argument

PYTHON = Path(".venv-train/bin/python").absolute()

ROW: dict[str, Any] = {
    "split": "train",
    "genre": "answers",
    "tokens": ["She", "gave", "him", "a", "book", "."],
    "props": [{"pred": 1, "sense": "give.01", "args": [["ARG0", 0, 1], ["ARG2", 2, 3], ["ARG1", 3, 5]]}],
}


def write(folder: Path, rows: list[dict[str, Any]]) -> Path:
    (folder / FILE).write_bytes(gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode()))
    return folder


def test_development_sentences_are_held_and_others_not_read(tmp_path: Path) -> None:
    found = read_sentences(write(tmp_path, [ROW, ROW | {"split": "dev"}, ROW | {"split": "test"}]))
    assert [sentence.held for sentence in found] == [False, True]
    assert found[0].words == ("She", "gave", "him", "a", "book", ".")
    assert found[0].frames == {1: (Argument("ARG0", 0, 1), Argument("ARG2", 2, 3), Argument("ARG1", 3, 5))}


def test_a_rare_role_is_not_learnt(tmp_path: Path) -> None:
    rare = ROW | {"props": [{"pred": 1, "args": [["ARG5", 0, 1]]}]}
    assert roles_of(read_sentences(write(tmp_path, [ROW] * 10 + [rare] * 9))) == ["ARG0", "ARG1", "ARG2"]


@pytest.mark.parametrize(
    "broken",
    [
        {"props": [{"pred": 6, "args": []}]},
        {"props": [{"pred": 1, "args": [["ARG0", 4, 7]]}]},
        {"props": [{"pred": 1, "args": [["ARG0", 3, 3]]}]},
        {"props": [{"pred": 1}]},
        {"props": [{"pred": 1, "args": [["ARG0"]]}]},
        {"tokens": None},
    ],
)
def test_a_damaged_line_is_told_with_its_number(tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="line 2"):
        read_sentences(write(tmp_path, [ROW, ROW | broken]))


def test_a_file_that_is_cut_short_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, [ROW] * 50) / FILE
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(DataError, match=FILE):
        read_sentences(tmp_path)


@pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")
def test_a_run_exports_an_adapter_that_builds(tmp_path: Path) -> None:
    """What an adapter is checked against comes from transformers' own layers."""
    write(tmp_path, [ROW] * 30 + [ROW | {"split": "dev"}] * 3)
    command = [str(PYTHON), "-m", "model_store.recipes.job", "--model", "roles", "--data", str(tmp_path)]
    command += ["--run", f"{tmp_path}/run", "--out", f"{tmp_path}/adapter", "--epochs", "1", "--rank", "2"]
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts = json.loads((tmp_path / "adapter" / "adapter.json").read_text("utf-8"))
    assert (facts["kind"], facts["labels"], facts["parts"]) == (
        "roles",
        ["ARG0", "ARG1", "ARG2"],
        {"learnt": 30, "kept": 3},
    )
    added = np.array(read_transitions(tmp_path / "adapter"))
    assert added.shape == (7, 7)
    begun, inside, ends = added[2, 5], added[5, 5], added[5, 0]  # of ARG1, the two words before the full stop
    assert (begun, ends) == pytest.approx((0, 0), abs=0.1)
    assert inside < -0.5
    model = replace(read_model("roles"), adapter=tmp_path / "adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4


@pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")
def test_a_sequence_is_as_likely_as_its_share_of_all_sequences() -> None:
    """Against the sum over each of them, in the training environment."""
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    command = [str(PYTHON), "tests/recipes/chain_program.py"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
