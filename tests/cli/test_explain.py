"""Explanations from the command line: in a class's report, and measured."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import cli, models_explain
from lectern.release import Release
from model_store.errors import ModelStoreError
from tests.cli.conftest import QUESTION, Run
from tests.http.test_essays import ESSAY, STORY
from tests.recipes.test_data import ANSWER, write
from tests.recipes.test_data import QUESTION as ENTRY

LONG = f"1,s1,q1,{QUESTION},It is lighter than the water and has bubbles in it.,2"


def test_a_class_is_explained_in_its_report(grade: Run) -> None:
    done = grade([LONG, f"2,s2,q1,{QUESTION},,1"], "--explain")
    assert done.code == 0
    assert '<mark class="' in (done.folder / "report.html").read_text("utf-8")


def test_explaining_changes_no_grade_and_no_plain_report(grade: Run) -> None:
    explained, plain = grade([LONG], "--explain"), grade([LONG], out="plain")
    assert explained.rows == plain.rows
    again = grade([LONG])  # in the folder of the explained run
    for name in ("grades.csv", "summary.json", "report.html"):
        assert (again.folder / name).read_bytes() == (plain.folder / name).read_bytes()


Evaluate = Callable[..., tuple[int, str]]


@pytest.fixture
def evaluate(
    tmp_path: Path, release: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Evaluate:
    """Run the command on answers to one question; exit code and errors."""

    def run(*answers: dict[str, str]) -> tuple[int, str]:
        write(tmp_path, [ENTRY | {"question": "Why does ice float?"}], [ANSWER | answer for answer in answers])
        arguments = ["lectern", "models", "evaluate-explanations", "grading", "--data", str(tmp_path)]
        monkeypatch.setattr("sys.argv", [*arguments, "--out", str(tmp_path / "results")])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), capsys.readouterr().err

    return run


def test_explanations_are_measured_on_held_out_answers(evaluate: Evaluate, tmp_path: Path, release: Release) -> None:
    held_out = {"split": "test-UA"}
    right = held_out | {"id": "1", "answer": "because it is lighter than the water"}
    wrong = held_out | {"id": "2", "answer": "heavy", "label3": "incorrect"}
    assert evaluate(right, wrong, {"id": "3", "answer": "of the training part"})[0] == 0
    found = json.loads((tmp_path / "results/explanations.json").read_text("utf-8"))
    assert (found["answers"], found["of_one_phrase"]) == (2, 1)
    assert found["deleted"]["all"]["answers"] == found["kept"]["all"]["answers"] == 1
    assert found["model"] == {"name": "grading", "version": "1.0.0", "digest": release.digest}
    assert found["latency"]["ratio"][0] > 1
    assert "| all | 1 |" in (tmp_path / "results/explanations.md").read_text("utf-8")


def test_data_without_held_out_answers_is_an_error_that_names_it(evaluate: Evaluate, tmp_path: Path) -> None:
    code, error = evaluate({"id": "1"})
    assert code == 1
    assert f"{tmp_path}: holds no answers of the part test-UA" in error
    assert not (tmp_path / "results").exists()


@pytest.fixture
def evaluate_essays(
    tmp_path: Path, essays_release: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """Run the command on essays of a fold; exit code and errors."""

    def run(fold: int, *options: str) -> tuple[int, str]:
        row = {"prompt": 1, "fold": fold, "score": 8, "rater1": 4, "rater2": 4}
        with gzip.open(tmp_path / "asap_aes.jsonl.gz", "wt", encoding="utf-8") as file:
            for number, essay in enumerate((ESSAY, STORY, "Short")):
                file.write(json.dumps(row | {"essay_id": number, "essay": essay}) + "\n")
        arguments = ["lectern", "models", "evaluate-explanations", "essays", "--data", str(tmp_path), *options]
        monkeypatch.setattr("sys.argv", [*arguments, "--out", str(tmp_path / "results")])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return int(stop.value.code or 0), capsys.readouterr().err

    return run


def test_explanations_of_essays_are_measured_on_held_out_essays(
    evaluate_essays: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    assert evaluate_essays(3)[0] == 0
    found = json.loads((tmp_path / "results/explanations-essays.json").read_text("utf-8"))
    assert found["essays"] == 3 and not found["first_run"]
    assert found["deleted"]["answers"] == found["kept"]["answers"] == 2  # one is of one word
    assert found["model"]["name"] == "essays" and 0 < found["named_share"] < 0.8
    assert "\n| deleted | 2 | " in (tmp_path / "results/explanations-essays.md").read_text("utf-8")


def test_explanations_of_essays_by_the_heads_of_a_first_run(
    evaluate_essays: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    heads = Path("model_store/adapters/essays/heads.npz")
    (tmp_path / "first").mkdir()
    (tmp_path / "first/heads.npz").write_bytes(heads.read_bytes())
    assert evaluate_essays(3, "--first-run", str(tmp_path / "first"), "--answers", "1")[0] == 0
    assert evaluate_essays(3, "--first-run", str(tmp_path / "first"), "--seed", "5", "--answers", "1")[0] == 0
    assert "heads of a first run" in (tmp_path / "results/explanations-essays.md").read_text("utf-8")
    (tmp_path / "first/heads.npz").write_bytes(b"none")
    code, error = evaluate_essays(3, "--first-run", str(tmp_path / "first"))
    assert code == 1 and "heads.npz" in error


def test_data_without_held_out_essays_is_an_error_that_names_it(
    evaluate_essays: Callable[..., tuple[int, str]],
) -> None:
    code, error = evaluate_essays(1)
    assert code == 1 and "holds no essays of fold 3" in error


@pytest.mark.parametrize("name", ["grading", "essays"])
def test_a_store_of_this_machines_own_gets_the_model_first(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(model: str, tell: object) -> None:
        raise ModelStoreError(f"{model} would be published")

    monkeypatch.delenv("LECTERN_STORE")
    monkeypatch.setattr(models_explain, "ensure_live", stopped)
    monkeypatch.setattr("sys.argv", ["lectern", "models", "evaluate-explanations", name, "--data", str(tmp_path)])
    with pytest.raises(SystemExit):
        cli.main()
    assert f"{name} would be published" in capsys.readouterr().err
