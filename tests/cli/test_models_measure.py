"""`lectern models quantise` and `calibrate` on a model of one thin layer, from command to build."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from safetensors.numpy import load_file, save_file

from infra.local import models_cli
from model_store import catalogue
from model_store.build import make
from model_store.build.builder import build
from model_store.build.make import float_graph
from model_store.build.quantise import read_scheme
from model_store.catalogue import Model
from model_store.recipes.data import Example, examples_digest, is_validation, read_semeval
from model_store.sources import base_folder
from tests.build.random_network import LABELS, write_thin_adapter
from tests.command import runner
from tests.recipes.test_data import ANSWER, QUESTION, write

WORDS = 4000
"""The commonest of the vocabulary, enough for these tests' texts; a tenth of the time."""


@pytest.fixture(scope="module", autouse=True)
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The base with fewer words."""
    whole, folder = base_folder(catalogue.read_model("grading-student").base), tmp_path_factory.mktemp("base")
    weights = load_file(whole / "model.safetensors")
    weights["embeddings.word_embeddings.weight"] = weights["embeddings.word_embeddings.weight"][:WORDS].copy()
    save_file(weights, folder / "model.safetensors")
    for name in ("tokenizer.json", "config.json"):
        (folder / name).write_bytes((whole / name).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(make, "base_folder", lambda base, source="": folder)
        yield


@pytest.fixture(scope="module")
def thin(tmp_path_factory: pytest.TempPathFactory, base: None) -> Model:
    """The base's first layer with two heads and 64 columns, under a random head."""
    model = replace(catalogue.read_model("grading-student"), adapter=tmp_path_factory.mktemp("thin"))
    write_thin_adapter(model, layers=1)
    (model.adapter / "reference.json").write_text(json.dumps([reference(model)]), "utf-8")
    return model


def reference(model: Model) -> dict[str, object]:
    session = onnxruntime.InferenceSession(float_graph(model).SerializeToString())
    row = {"input_ids": [101, 2339, 102, 2138, 102], "token_type_ids": [0, 0, 0, 1, 1]}
    logits = session.run(None, {name: np.array([value], np.int32) for name, value in row.items()})[0][0]
    return {**row, "logits": logits.tolist()}


@pytest.fixture
def run(
    thin: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., str]:
    """Run a command on the thin model and answers of questions that validation keeps."""

    def kept(number: int) -> bool:
        return is_validation(Example("beetle", "train", f"Q{number}", "", (), "", ""))

    questions = [f"Q{number}" for number, _ in zip(filter(kept, count()), range(4), strict=False)]
    answers = [
        ANSWER | {"id": f"{question}{n}", "qid": question, "label3": LABELS[n % 3], "answer": f"it is {n} because {n}"}
        for question in questions
        for n in range(20)
    ]
    data = write(tmp_path, [QUESTION | {"qid": question} for question in questions], answers)
    monkeypatch.setattr(catalogue, "read_model", lambda name: thin)

    lectern = runner(capsys, monkeypatch, "models")

    def command(name: str, *options: str) -> str:
        first = [] if name == "teach" else ["--first-run", str(thin.adapter)]
        arguments = [name, "grading-student", "--data", str(data), *first, *options]
        code, out, error = lectern(*arguments)
        assert code == 0, error
        return out

    return command


def test_quantise_measures_every_scheme_and_builds_use_the_chosen_one(run: Callable[..., str], thin: Model) -> None:
    found = json.loads(run("quantise", "--answers", "8", "--json"))
    rows = {row["name"]: row for row in found["table"]}
    assert len(rows) >= 7
    assert not rows[found["name"]]["saturates"]
    assert sum(row["saturates"] for row in rows.values()) == 1
    whole, floats = (rows[f"dynamic-u8s8-per-channel-reduced-range{told}"] for told in ("", ", in float: embeddings"))
    assert floats["megabytes"] > 2 * whole["megabytes"]
    assert len(found["sensitive"]) == 2
    assert read_scheme(thin.adapter).name == found["name"]
    assert build(thin).description.quantisation == found["name"]


def test_calibrate_writes_temperature_and_thresholds(run: Callable[..., str], thin: Model) -> None:
    found = json.loads(run("calibrate"))
    assert found == json.loads((thin.adapter / "evaluation.json").read_text("utf-8"))
    assert 0.25 <= found["calibration"]["temperature"] <= 8
    assert set(found["coverage"]) == {str(entry["budget"]) for entry in found["calibration"]["thresholds"]}


def test_teach_writes_what_the_release_says_of_training_and_made_answers(
    run: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("model_store.teach.augmented", lambda examples, seed: examples)  # longer than thin models read
    run("calibrate")
    target = tmp_path / "teacher.npz"
    assert "wrote" in run("teach", "--out", str(target), "--made", "1")
    with np.load(target) as found:
        assert found["probabilities"].shape == (80, 3)
        assert np.allclose(found["probabilities"].sum(axis=1), 1, atol=1e-5)
        assert str(found["data_sha256"]) == examples_digest(read_semeval(tmp_path))
        assert len(found["made"]) == len(found["made_places"]) == len(found["made_probabilities"]) == 160
        assert np.allclose(found["made_probabilities"].sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("name", sorted(path.parent.name for path in catalogue.ADAPTERS.glob("*/evaluation.json")))
def test_whatever_was_measured_can_be_measured_again(name: str) -> None:
    assert callable(models_cli._measure(catalogue.read_model(name), [Path("run")]))
