"""Mohler's questions go to graders that were kept from them, and are asked in points."""

import json
from pathlib import Path

import numpy as np
import pytest

from lectern.load import load
from lectern.model import Encoding, LoadedModel
from lectern.release import Release
from lectern.settings import settings
from lectern.store import open_store
from model_store.catalogue import Model, read_model
from model_store.errors import DataError
from model_store.question_packs import graders
from model_store.question_packs.data import Question
from model_store.question_packs.graders import Graded, kept_apart
from model_store.recipes.grader.folds import QUESTION_FOLDS, kept

QUESTIONS = [Question(f"{n}.1", "Why?", ("Because.",), ("Thus.",), (3.0,), 5.0, 0.5) for n in range(1, 13)]


def first_run(folder: Path, fold: int | None) -> Path:
    folder.mkdir()
    (folder / "adapter.json").write_text(json.dumps({"kind": "grader", "fold": fold}), "utf-8")
    return folder


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Adapters that were loaded; a grader is its folder's name."""
    asked: list[Path] = []

    def named(model: Model, adapter: Path) -> str:
        asked.append(adapter)
        return adapter.name

    monkeypatch.setattr(graders, "_loaded", named)
    return asked


def test_each_question_goes_to_the_run_that_was_kept_from_it(tmp_path: Path, loads: list[Path]) -> None:
    folders = [first_run(tmp_path / f"f{fold}", fold) for fold in range(QUESTION_FOLDS)]
    found = kept_apart(read_model("grading"), folders, QUESTIONS)
    assert len(set(found.values())) == len(loads) > 1
    for name, grader in found.items():
        assert kept(f"mohler/{name}", "mohler", int(str(grader)[1:])) == "question"


def test_a_question_that_every_run_has_learnt_is_named_before_anything_is_built(
    tmp_path: Path, loads: list[Path]
) -> None:
    with pytest.raises(DataError, match=r"Mohler's question \d+\.1: none of the first runs .*folds \[0\]"):
        kept_apart(read_model("grading"), [first_run(tmp_path / "f0", 0)], QUESTIONS)
    assert not loads


def test_a_run_on_everything_keeps_nothing_apart(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="fold is not set"):
        kept_apart(read_model("grading"), [first_run(tmp_path / "all", None)], QUESTIONS)


def test_a_folder_without_an_adapter_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"adapter\.json is missing"):
        kept_apart(read_model("grading"), [tmp_path], QUESTIONS)


def test_a_grader_is_asked_in_points(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its graph says of every answer: surely not correct, yet six tenths of the points."""
    model = load(open_store(settings().store), release)
    monkeypatch.setattr(LoadedModel, "infer", _said)
    zeros = {text: np.zeros((2, 384), np.float32) for text in ("Thus.", "Because.")}
    (seen,) = Graded({"1.1": model})(QUESTIONS[0], vectors=zeros)
    assert seen.credit == pytest.approx(0.6)


def _said(model: LoadedModel, row: Encoding) -> np.ndarray:
    return np.array([-9, 0, 9, 0.6, 0], np.float32)
