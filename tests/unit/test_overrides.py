"""Teachers' overrides become training rows only with consent, and without anybody's name."""

import json
from pathlib import Path
from typing import Any

import pytest

from model_store.errors import DataError
from model_store.overrides import as_json_lines, export, read_rows

CONSENT = {"given_by": "guardian", "at": "2026-09-01", "scope": "training"}
RECORD = {
    "question_id": "q1",
    "question": "Why does ice float?",
    "references": ["It is less dense."],
    "answer": "it is lighter",
    "max_score": 4,
    "grader_score": 1,
    "teacher_score": 3,
    "reason": "Anna means density",
    "by": "Mr Smith",
    "student_id": "anna-7b",
    "consent": CONSENT,
}


def line(**changes: Any) -> str:
    return json.dumps({**RECORD, **changes})


def test_a_row_has_what_training_needs_and_nothing_of_a_person() -> None:
    found = export([line(), "", line(teacher_score=1), line(teacher_score=0, teacher_label="contradictory")])
    assert [(row.credit, row.label) for row in found.rows] == [
        (0.75, "correct"),
        (0.25, "incorrect"),
        (0.0, "contradictory"),
    ]
    written = as_json_lines(found.rows)
    assert set(json.loads(written.splitlines()[0])) == {
        *("question_id", "question", "references", "answer", "label", "credit", "consent")
    }
    assert not any(word in written for word in ("anna", "Anna", "Smith"))
    assert found.rows[0].consent.model_dump() == CONSENT


def test_without_consent_to_training_a_record_is_left_out_and_counted() -> None:
    found = export([line(consent=None), line(consent={**CONSENT, "scope": "statistics"}), line()])
    assert (len(found.rows), found.without_consent, found.faults) == (1, 2, ())


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ("{", "record: Invalid JSON"),
        ("[]", "record: Input should be an object"),
        (line(teacher_score=5), "teacher_score is above max_score"),
        (line(teacher_score="x"), "teacher_score: "),
        (line(max_score=0), "max_score: "),
        (line(references=[]), "references: "),
        (line(question="  "), "question: "),
        (line(teacher_label="fine"), "teacher_label: "),
        (line(consent={"scope": "training"}), "consent.given_by: Field required"),
        (json.dumps({k: v for k, v in RECORD.items() if k != "answer"}), "answer: Field required"),
    ],
)
def test_what_is_malformed_is_told_by_its_line_and_stops_nothing(bad: str, message: str) -> None:
    found = export([line(), bad, line()])
    assert len(found.rows) == 2
    (fault,) = found.faults
    assert fault.startswith("line 2: ") and message in fault
    assert "lighter" not in fault


def test_rows_are_examples_for_the_recipe(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(as_json_lines(export([line()]).rows), "utf-8")
    (example,) = read_rows(path)
    assert (example.split, example.question_id, example.references, example.label) == (
        "train",
        "q1",
        ("It is less dense.",),
        "correct",
    )
    path.write_text(path.read_text("utf-8") + '{"label": "fine"}\n', "utf-8")
    with pytest.raises(DataError, match=r"rows\.jsonl, line 2: .*label"):
        list(read_rows(path))
