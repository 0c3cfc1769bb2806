"""Explanations from the command line: in a class's report, and measured."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import cli
from lectern.release import Release
from tests.cli.conftest import QUESTION, Run
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
