"""`lectern packs` and `lectern grade` with packs."""

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lectern.release import Release
from tests.command import Run, runner
from tests.packs.conftest import answers

HEADER = "id,student_id,question_id,question,reference,answer,max_score,gold"


@pytest.fixture
def run(release: Release, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys, monkeypatch)


def table(path: Path, gold: Callable[[float], str] = str, answer: str = "") -> str:
    rows = [f"{n},s{n},cli-1,Why?,Ice is less dense than water.,{text},1,{gold(score)}"
            for n, (text, score) in enumerate(answers())]  # fmt: skip
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    return str(path)


def test_fit_list_show_grade_and_delete(run: Run, tmp_path: Path) -> None:
    source = table(tmp_path / "grades.csv")
    plain = grades(run, source, tmp_path)
    code, out, _ = run("packs", "fit", source, "--question-id", "cli-1", "--step", "1")
    assert code == 0 and "pack 1 of cli-1: 36 grades" in out
    assert "cli-1  version 1  36 grades" in run("packs", "list")[1]
    assert json.loads(run("packs", "show", "cli-1")[1])["grades"] == 36
    adapted = grades(run, source, tmp_path)  # into the same folder: the pack makes them other grades
    assert [row["score"] for row in adapted] == [str(float(score)) for _, score in answers()]
    assert adapted != plain
    assert run("packs", "delete", "cli-1")[1] == "1 versions erased\n"
    assert grades(run, source, tmp_path) == plain
    code, _, error = run("packs", "show", "cli-1")
    assert (code, error) == (1, "lectern: The question has no pack.\n")


def grades(run: Run, source: str, folder: Path) -> list[dict[str, str]]:
    assert run("grade", source, "--out", str(folder / "out"))[0] == 0
    with (folder / "out" / "grades.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("gold", "question", "message"),
    [
        (lambda score: "good", "cli-1", "row 0: gold is not a number"),
        (lambda score: "nan", "cli-1", "fields can't be accepted"),
        (lambda score: "", "cli-1", "no row with a mark in gold has this question_id"),
        (str, "other", "no row with a mark in gold has this question_id"),
    ],
)
def test_bad_files_are_refused(
    run: Run, tmp_path: Path, gold: Callable[[float], str], question: str, message: str
) -> None:
    code, _, error = run("packs", "fit", table(tmp_path / "grades.csv", gold), "--question-id", question)
    assert code == 1
    assert message in error


def test_measuring_needs_first_runs_and_names_what_is_none(run: Run, tmp_path: Path) -> None:
    code, _, error = run("packs", "measure", "--data", str(tmp_path))
    assert code == 2 and "--first-run" in error
    line = {"qid": "1.1", "question": "Why?", "reference": "Because.", "answer": "Thus.", "score": 3.0}
    graded = {"id": 1, "prompt": 1, "answer": "Thus.", "score": 1, "score2": 1}
    for name, row in (("mohler", line), ("asap_sas", graded)):
        (tmp_path / f"{name}.jsonl.gz").write_bytes(gzip.compress(json.dumps(row).encode()))
    code, _, error = run("packs", "measure", "--data", str(tmp_path), "--first-run", str(tmp_path))
    assert code == 1 and str(tmp_path / "adapter.json") in error
