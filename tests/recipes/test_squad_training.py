"""The recipe for answers from a text, from data to adapter, where `make train-env` has made its environment."""

import gzip
import json
import os
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from model_store.build.golden import check_reference, read_reference
from model_store.build.make import float_graph
from model_store.catalogue import read_model
from model_store.recipes.squad.data import DEV_1, DEV_2, TRAIN

PYTHON = Path(".venv-train/bin/python").absolute()

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="needs make train-env")

FILLER = "The way there is long and leads through hills and forests where nobody lives any more. " * 3


def paragraph(title: str, number: int, answered: bool = True) -> dict[str, Any]:
    """A paragraph with one question; every one has an answer of its own."""
    town, year = f"Town{chr(65 + number)}", str(1800 + number)
    context = f"{FILLER}The church of {town} was built in {year} by the miners. {FILLER}"
    asked = {"q": f"When was the church of {town} built?", "a": [year] if answered else [], "id": town}
    return {"title": title, "p": number, "context": context, "qas": [asked]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = {
        TRAIN: [paragraph(title, n) for title in ("Saxony", "Harz") for n in range(12)],
        DEV_1: [paragraph("Oxygen", n) for n in range(6)],
        DEV_2: [paragraph(title, n, answered=n % 2 == 0) for title in ("Rhine", "Force") for n in range(6)],
    }
    for name, content in rows.items():
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in content)
    return tmp_path


def run(*arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": ".:layers/runtime/python", "OMP_NUM_THREADS": "1"}
    done = subprocess.run([str(PYTHON), *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def drawn(path: Path, *mixture: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("-m", "tests.recipes.squad_program", str(path), *mixture))
    return found


def test_rows_hold_their_answer_wherever_the_window_is(folder: Path) -> None:
    found = drawn(folder / TRAIN, "0", "0", "0", "48")
    assert len(found["rows"]) == 72
    for question, text, answer, length in found["rows"]:
        assert answer == str(1800 + ord(question.split()[5][-1]) - ord("a"))
        assert answer in text and length == 48
    assert len({text.index(answer) for _, text, answer, _ in found["rows"]}) > 20
    assert sum(size for size, _ in found["batches"]) == 72 and {length for _, length in found["batches"]} == {48}


@pytest.mark.parametrize("kind", ["edited", "elsewhere", "beside"])
def test_rows_without_an_answer(folder: Path, kind: str) -> None:
    shares = {"edited": ("1", "0"), "elsewhere": ("0", "1"), "beside": ("0", "0")}[kind]
    for question, text, answer, _ in drawn(folder / TRAIN, "1", *shares, "120")["rows"]:
        town = re.search(r"church of (\w+) was built in \d+", text)
        assert answer == ""
        assert (town is None) == (kind == "beside")
        assert town is None or question != f"when was the church of {town[1]} built?"


def test_an_edited_question_is_beside_the_place_that_it_asks_of(folder: Path) -> None:
    for _, text, answer, _ in drawn(folder / TRAIN, "1", "1", "0", "48")["rows"]:
        assert re.search(r"\b18\d\d\b", text) and answer == ""


def test_a_run_exports_an_adapter_that_builds(folder: Path) -> None:
    """What an adapter is checked against comes from transformers' own BERT."""
    job = ["-m", "model_store.recipes.job", "--model", "answer", "--data", str(folder), "--rank", "2"]
    run(*job, "--run", f"{folder}/run", "--epochs", "1", "--share", "1", "--batch_size", "8")
    facts = json.loads((folder / "run/adapter/adapter.json").read_text("utf-8"))
    assert (facts["kind"], facts["rank"], facts["alpha"], facts["fit"]["epochs"]) == ("spans", 2, 4, 1)
    assert set(json.loads((folder / "run/record.json").read_text("utf-8"))["metrics"]) >= {"v1.1 f1", "v2.0 auc"}
    model = replace(read_model("answer"), adapter=folder / "run/adapter")
    assert check_reference(float_graph(model), read_reference(model.adapter)) < 1e-4
    again = ["--initial", f"{folder}/run/adapter", "--run", f"{folder}/again", "--epochs", "1", "--share", "0.5"]
    run(*job, *again, "--first_question", "0.5", "--written", "2", "--batch_size", "6")
    facts = json.loads((folder / "again/adapter/adapter.json").read_text("utf-8"))
    assert "initial_sha256" in facts
    assert [part["questions"] for part in facts["parts"].values()] == [24, 6]
    assert [part["name"] for part in facts["training_data"]] == list(facts["parts"])
    history = json.loads((folder / "again/record.json").read_text("utf-8"))["history"]
    assert history[-1]["step"] == (12 + 2 * 6) / 6


def test_a_run_may_keep_a_share_of_what_it_began_with(folder: Path) -> None:
    job = ["-m", "model_store.recipes.job", "--model", "answer", "--data", str(folder), "--rank", "2", "--epochs", "1"]
    job += ["--share", "1", "--batch_size", "8"]
    run(*job, "--run", f"{folder}/first")
    for kept in ("0", "0.25", "1"):
        run(*job, "--run", f"{folder}/{kept}", "--initial", f"{folder}/first/adapter", "--kept", kept)
    name = "encoder.layer.1.intermediate.dense.lora_B"
    whole, mixed, same, first = (
        load_file(folder / part / "adapter/adapter.safetensors")[name].astype(np.float32)
        for part in ("0", "0.25", "1", "first")
    )
    assert np.array_equal(same, first) and not np.array_equal(whole, first)
    assert np.abs(mixed - (0.75 * whole + 0.25 * first)).max() < 1e-4


def test_whole_matrices_keep_a_share_too(folder: Path) -> None:
    job = ["-m", "model_store.recipes.job", "--model", "answer", "--data", str(folder), "--rank", "2", "--epochs", "1"]
    job += ["--share", "1", "--batch_size", "8", "--whole", "true"]
    run(*job, "--run", f"{folder}/first")
    for kept in ("0", "1"):
        run(*job, "--run", f"{folder}/{kept}", "--initial", f"{folder}/first/adapter", "--kept", kept)
    first, whole, same = (changes(folder / part / "adapter") for part in ("first", "0", "1"))
    assert np.abs(same - first).max() < 1e-3 * np.abs(first).max()
    assert np.abs(whole - first).max() > 0.1 * np.abs(first).max()


def changes(adapter: Path) -> np.ndarray:
    """What an adapter of whole matrices adds to one of them."""
    tensors, layer = load_file(adapter / "adapter.safetensors"), "encoder.layer.1.intermediate.dense"
    changed: np.ndarray = tensors[f"{layer}.lora_B"].astype(float) @ tensors[f"{layer}.lora_A"].astype(float)
    return changed


def test_a_run_needs_the_questions_that_it_is_to_read(folder: Path) -> None:
    (folder / DEV_2).write_bytes((folder / DEV_1).read_bytes())
    with pytest.raises(AssertionError, match="has no articles to learn from"):
        run("-m", "model_store.recipes.job", "--model", "answer", "--data", str(folder), "--written", "1")


def test_rows_of_written_questions(folder: Path) -> None:
    """Half of them have no answer, and every one is beside the place that it asks of."""
    found = drawn(folder / DEV_2, "0", "0", "0", "120")
    assert len(found["rows"]) == 36
    for question, text, answer, _ in found["rows"]:
        number = ord(question.split()[5][-1]) - ord("a")
        assert str(1800 + number) in text and answer == ("" if number % 2 else str(1800 + number))
