"""From a build to its attacks.json, evaluation and card."""

import dataclasses
import gzip
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.local.cli import cli
from lectern.models import shared
from lectern.release import Release
from model_store.attacks import trial
from model_store.attacks.grader import grader_of
from model_store.attacks.record import report, write
from model_store.attacks.suite import CLEAN, Row, Suite
from model_store.catalogue import Model, read_model
from model_store.errors import DataError

QUESTION, REFERENCES = "Why does ice float on water?", ["Ice is less dense than water."]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    """The embedded model with an adapter folder of this test's own."""
    model = read_model("grading")
    shutil.copytree(model.adapter, tmp_path / "adapter")
    return dataclasses.replace(model, adapter=tmp_path / "adapter")


def test_a_grader_gives_what_the_function_gives(release: Release) -> None:
    grader = grader_of(shared().get(shared().resolve("grading", None)), release.manifest.calibration)
    good, blank = grader(QUESTION, REFERENCES, "Ice is less dense than water."), grader(QUESTION, REFERENCES, " ")
    assert good.label == "correct" and good.correct > 0.5 and not good.warned
    assert (blank.label, blank.passed, blank.correct) == ("incorrect", False, 0)
    shouted = grader(QUESTION, REFERENCES, "Ice is less dense than water. " * 3)
    assert shouted.warned and shouted.reviewed and not shouted.passed


def test_a_report_goes_into_the_evaluation_and_onto_the_card(model: Model) -> None:
    rows = {
        CLEAN: Row(10, 1, 2, 10, 10, 20, 0, 5, 0),
        "padding": Row(10, 4, 5, 10, 9, 20, 2, 5, 1),
        "flipped_order": Row(4, 1, 1),
    }
    write(model, report(Suite(rows, {"trigger": "the bulb"}), "unseen answers (test-UA)", 0, 10))
    evaluation = json.loads((model.adapter / "evaluation.json").read_text("utf-8"))
    assert evaluation["metrics"]["attacks"] == {"padding": 0.4, "flipped": 0.25}
    assert evaluation["calibration"]["temperature"] > 0
    card = (model.adapter / "card.md").read_text("utf-8")
    assert "| padding | 10 | 40.0% | 16.8%–68.7% | 50.0% | 10 | 90.0% | 59.6%–98.2% | 25.0% | 5.0% |" in card
    assert "trigger “the bulb”." in card


def test_an_adapter_without_an_evaluation_is_named(model: Model) -> None:
    (model.adapter / "evaluation.json").unlink()
    with pytest.raises(DataError, match=r"evaluation\.json: missing"):
        trial.attack(model, None, Path(), 0, 1, lambda *_: None)


def test_data_without_held_out_answers_is_named(model: Model, tmp_path: Path) -> None:
    question = {"corpus": "beetle", "qid": "Q", "question": QUESTION, "references": [{"text": REFERENCES[0]}]}
    answer = {"corpus": "beetle", "qid": "Q", "split": "train", "id": "1", "label3": "correct", "answer": "yes"}
    for name, row in (("questions", question), ("answers", answer)):
        with gzip.open(tmp_path / f"semeval2013_{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    with pytest.raises(DataError, match=r"no answer belongs to the unseen answers"):
        trial.attack(model, None, tmp_path, 0, 1, lambda *_: None)


def test_the_command_says_what_it_found(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = report(Suite({CLEAN: Row(1), "padding": Row(2, 1, 1)}), "unseen answers (test-UA)", 3, 2)
    monkeypatch.setattr(trial, "attack", lambda *arguments: found)
    monkeypatch.setattr("model_store.catalogue.read_model", lambda name: model)
    done = CliRunner().invoke(cli, ["models", "attack", "grading", "--data", str(tmp_path), "--size", "2"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["rows"]["padding"]["passed"] == 0.5
    assert (model.adapter / "attacks.json").exists()
