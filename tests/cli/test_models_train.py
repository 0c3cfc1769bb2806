"""`lectern models train …`: handed to the environment that has torch; `quantise` and `calibrate` on a small model."""

from pathlib import Path

import pytest

from infra.local import models_train
from model_store.build.quantise import DEFAULT, Scheme
from model_store.schemes import choice, table
from tests.command import Run, runner


@pytest.fixture
def lectern(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `lectern models`; exit code, output and errors."""
    return runner(capfd, monkeypatch, "models")


@pytest.mark.parametrize("work", ["train", "distil", "prune"])
def test_recipes_run_in_the_training_environment(
    work: str, lectern: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\necho "$@" && exit 7\n')
    python.chmod(0o755)
    monkeypatch.setattr(models_train, "TRAIN_PYTHON", python)
    code, told, _ = lectern(work, "grading-small", "--epochs", "1", "--help")
    assert told == f"-m model_store.recipes.job --work {work} --model grading-small --epochs 1 --help\n"
    assert code == 7


def test_without_that_environment_they_say_how_to_make_it(
    lectern: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models_train, "TRAIN_PYTHON", tmp_path / "nowhere")
    code, _, error = lectern("train", "grading")
    assert code == 1
    assert error == "lectern: `lectern models train` needs torch, in .venv-train: run make train-env\n"


def row(macro_f1: float, p50_ms: float) -> dict[str, object]:
    figures = {"macro_f1": macro_f1, "p50_ms": p50_ms, "labels_agree": 1.0, "megabytes": 1.0}
    return {"name": "any", "saturates": False, **figures}


@pytest.mark.parametrize(
    ("rows", "best"),
    [
        ([row(0.70, 2.0), row(0.695, 1.0), row(0.75, 0.5)], 1),  # as good within .01, and faster; the last saturates
        ([row(0.70, 2.0), row(0.68, 1.0), row(0.75, 0.5)], 0),
    ],
)
def test_the_fastest_of_the_good_that_do_not_saturate_is_chosen(rows: list[dict[str, object]], best: int) -> None:
    assert choice([DEFAULT, Scheme(apart=False), Scheme(reduced_range=False)], rows) == best


def test_the_table_marks_what_was_chosen() -> None:
    rows = [{**row(0.7, 2.0), "name": "one"}, {**row(0.8, 1.0), "name": "two", "saturates": True}]
    lines = table({"name": "one", "table": rows}).splitlines()
    assert lines[1].startswith("→    0.700    1.000    2.00   1.0  one")
    assert lines[2].startswith("!    0.800")
