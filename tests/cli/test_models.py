"""`lectern models` on a store of its own."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local import models_life
from model_store.build.builder import Build
from model_store.catalogue import read_model
from tests.command import Run, runner

FORCED = ("--force", "--reason", "tests")
"""What these tests are about is not the gate."""


@pytest.fixture
def lectern(
    tmp_path: Path, grading_build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run the command; exit code, output and errors."""
    monkeypatch.setenv("LECTERN_STORE", f"file:{tmp_path / 'store'}")
    return runner(capsys, monkeypatch, "models")


def test_the_life_of_two_versions(lectern: Run) -> None:
    assert lectern("build", "grading")[1].endswith("(cached)\n")
    for version in ("1.0.0", "1.1.0"):
        assert lectern("publish", "grading", version, *FORCED)[0] == 0
        assert lectern("promote", "grading", version, "--reason", f"to {version}")[0] == 0
    assert lectern("list", "grading")[1] == "1.0.0\n1.1.0  live\n"
    assert lectern("rollback", "grading", "--reason", "back")[1] == "live of grading is 1.0.0\n"
    assert json.loads(lectern("list", "grading", "--json")[1])["live"] == "1.0.0"
    lines = lectern("history", "grading")[1].splitlines()
    assert [line.split("  ")[1::2] for line in lines] == [
        ["1.0.0", "back"],
        ["1.1.0", "to 1.1.0"],
        ["1.0.0", "to 1.0.0"],
    ]
    shown = json.loads(lectern("show", "grading", "1.1.0")[1])
    assert (shown["version"], shown["base"]["name"]) == ("1.1.0", "all-minilm-l6-v2")


def test_a_second_publish_and_unknown_things_fail_with_a_sentence(lectern: Run) -> None:
    lectern("publish", "grading", "1.0.0", *FORCED)
    for arguments, message in (
        (("publish", "grading", "1.0.0"), "a version never changes"),
        (("promote", "grading", "9.9.9", "--reason", "x"), "no version 9.9.9"),
        (("rollback", "grading", "--reason", "x"), "no other version"),
        (("show", "grading", "9.9.9"), "no version 9.9.9"),
        (("publish", "grading", "one"), "a version is like 1.2.3"),
    ):
        code, _, error = lectern(*arguments)
        assert code == 1, arguments
        assert message in error
        assert "Traceback" not in error


def test_a_canary_and_a_retired_version(lectern: Run, tmp_path: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        lectern("publish", "grading", version, *FORCED)
    lectern("promote", "grading", "1.0.0", "--reason", "first")
    moved = lectern("canary", "grading", "1.1.0", "--weight", "0.1", "--reason", "try")
    assert moved[1] == "live of grading is 1.0.0, 1.1.0 for 0.1 of the students\n"
    assert lectern("list", "grading")[1] == "1.0.0  live\n1.1.0  canary, 0.1 of the students\n"
    assert "1.0.0 (1.1.0: 0.1)" in lectern("history", "grading")[1]
    retire = ("retire", "grading", "1.1.0", "--reason", "bad", "--keep-manifest")
    assert "alias live names it" in lectern(*retire)[2]
    assert lectern("canary", "grading", "1.1.0", "--weight", "0", "--reason", "bad")[1] == "live of grading is 1.0.0\n"
    assert lectern(*retire) == (0, "retired grading 1.1.0\n", "")
    assert lectern("list", "grading")[1] == "1.0.0  live\n1.1.0  retired\n"
    listed = json.loads(lectern("list", "grading", "--json")[1])
    assert (listed["versions"], listed["retired"], listed["canary"]) == (["1.0.0"], ["1.1.0"], None)
    assert json.loads(lectern("show", "grading", "1.1.0")[1])["version"] == "1.1.0"
    assert "was retired" in lectern("promote", "grading", "1.1.0", "--reason", "x")[2]


def test_the_gate_refuses_and_force_needs_a_reason(
    lectern: Run, grading_build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    unmeasured = grading_build.description.model_copy(update={"measured_sha256": ""})
    made = replace(grading_build, description=unmeasured)
    monkeypatch.setattr(models_life, "built", lambda name: (read_model(name), made))
    code, _, error = lectern("publish", "grading", "1.0.0")
    assert (code, "the gate refuses grading 1.0.0" in error, "figures: never measured" in error) == (1, True, True)
    assert "no version of grading" in lectern("list", "grading")[2]
    assert lectern("publish", "grading", "1.0.0", "--force")[0] == 2
    assert lectern("publish", "grading", "1.0.0", "--reason", "x")[0] == 2
    code, _, error = lectern("publish", "grading", "1.0.0", "--force", "--reason", "urgent")
    assert (code, "forced past figures: never measured" in error) == (0, True)
    gate = json.loads(lectern("show", "grading", "1.0.0")[1])["gate"]
    assert (gate["forced"], gate["live"]) == ("urgent", None)


def test_retiring_asks_where_grades_lie(lectern: Run, tmp_path: Path) -> None:
    lectern("publish", "grading", "1.0.0", *FORCED)
    retire = ("retire", "grading", "1.0.0", "--reason", "old")
    assert "--grades" in lectern(*retire)[2]
    (tmp_path / "grades").mkdir()
    (tmp_path / "grades" / "grades.csv").write_text("id,model_version\n1,1.0.0\n")
    code, _, error = lectern(*retire, "--grades", str(tmp_path / "grades"))
    assert (code, "grades.csv" in error, "--keep-manifest" in error) == (1, True, True)
    (tmp_path / "grades" / "grades.csv").unlink()
    assert lectern(*retire, "--grades", str(tmp_path / "grades"))[0] == 0


def test_overrides_as_rows(lectern: Run, tmp_path: Path) -> None:
    good = {
        "question_id": "q",
        "question": "Why?",
        "references": ["So."],
        "answer": "secret",
        "max_score": 1,
        "grader_score": 0,
        "teacher_score": 1,
        "student_id": "s",
        "by": "t",
        "reason": "r",
        "consent": {"given_by": "g", "at": "2026-09-01", "scope": "training"},
    }
    source, out = tmp_path / "overrides.jsonl", tmp_path / "rows.jsonl"
    source.write_text("\n".join(map(json.dumps, [good, {**good, "consent": None}, {**good, "max_score": -1}])), "utf-8")
    code, told, error = lectern("rows", str(source), "--out", str(out))
    assert (code, told) == (3, "1 rows, 1 without consent, 1 in error\n")
    assert error.startswith("overrides.jsonl, line 3: max_score") and "secret" not in error
    assert len(out.read_text("utf-8").splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("build", "nonsense"),
        ("promote", "grading", "1.0.0"),
        ("canary", "grading", "1.0.0", "--weight", "1.1", "--reason", "x"),
        ("fly",),
    ],
)
def test_wrong_usage(lectern: Run, arguments: tuple[str, ...]) -> None:
    assert lectern(*arguments)[0] == 2


def test_a_store_that_is_none(lectern: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_STORE", "ftp://x")
    code, _, error = lectern("list", "grading")
    assert code == 1
    assert "LECTERN_STORE must be" in error
