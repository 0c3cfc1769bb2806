"""JSON Lines: all of every grade, and back."""

import json

import pytest

from lectern.errors import InvalidRequest
from lectern.exports import export, jsonlines
from tests.exports.a_class import CLASS, grade, scores_of


def test_a_line_is_a_grade() -> None:
    line = next(export("jsonl", [grade("s", "q", 1.5, student_name="Zoë", confidence=0.75, label="correct")]))
    assert line.decode() == (
        '{"student_id": "s", "class_id": "7b", "question_id": "q", "score": 1.5, "max_score": 2, "status": "approved", '
        '"student_name": "Zoë", "title": "", "attempt": 1, "label": "correct", "confidence": 0.75, '
        '"model_version": "", "comment": "", "by": "", "at": "2026-03-02T07:08:09+01:00"}\n'
    )


def test_grades_come_back_with_all_attempts() -> None:
    grades = [*CLASS, grade("s-9", "q", 1), grade("s-9", "q", 2, attempt=2)]
    read = jsonlines.read(export("jsonl", grades))
    assert {(mark.student_id, mark.assignment_id, mark.score) for mark in read.marks} == scores_of(grades)
    assert read.assignments[0].points == 2.0


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"score": "1"}, ("line 2", "score")),
        ({"score": True}, ("line 2", "score")),
        ({"score": 3}, ("line 2", "score")),
        ({"score": 10**400}, ("line 2", "score")),
        ({"max_score": 10**400}, ("line 2", "max_score")),
        ({"max_score": 0}, ("line 2", "max_score")),
        ({"attempt": 1.5}, ("line 2", "attempt")),
        ({"attempt": -1}, ("line 2", "attempt")),
        ({"student_id": ""}, ("line 2", "student_id")),
        ({"student_id": None}, ("line 2", "student_id")),
        ({"student_id": "x" * 201}, ("line 2", "student_id")),
        ({"student_id": "s-1"}, ("line 2", "student_id")),
    ],
)
def test_a_fault_names_its_line_and_field(change: dict[str, object], told: tuple[str, str]) -> None:
    first = next(export("jsonl", CLASS))
    second = json.dumps(json.loads(first) | {"student_id": "other"} | change).encode()
    with pytest.raises(InvalidRequest) as error:
        jsonlines.read([first, second])
    assert told in [fault.loc for fault in error.value.errors]


@pytest.mark.parametrize("line", [b"{", b"[1]", b"1", b'{"score": NaN}', b"[" * 100_000, b"9" * 5000])
def test_what_is_no_object_says_its_line(line: bytes) -> None:
    with pytest.raises(InvalidRequest, match="line 2"):
        jsonlines.read([b"\n" + line])


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InvalidRequest, match="line 1, class_id: is missing"):
        jsonlines.read([b'{"student_id": "s", "question_id": "q", "score": 1, "max_score": 1}'])
