"""Which grades go out, and that long exports don't grow."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from lectern.errors import InvalidRequest
from lectern.exports import FORMATS, ExportedGrade, export, jsonlines, last_attempts, settled
from lectern.exports.oneroster import Roster
from tests.exports.a_class import CLASS, grade, many
from tests.memory import held_by_the_last

STATUSES = ["confident", "sampled", "review", "approved", "overridden"]
ROSTER = Roster("school", "term", "category", date(2026, 1, 1), date(2026, 1, 2))


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, {"approved", "overridden"}),
        ({"confident_count": True}, {"approved", "overridden", "confident", "sampled"}),
        ({"everything": True}, set(STATUSES)),
    ],
)
def test_only_what_is_approved_goes_out_unless_asked(how: dict[str, bool], expected: set[str]) -> None:
    grades = [grade(status, "q", 1, status=status) for status in STATUSES]
    assert {student.id for student in jsonlines.read(export("jsonl", grades, **how)).students} == expected


def test_an_unknown_format_and_an_unknown_option() -> None:
    with pytest.raises(InvalidRequest, match="canvas, moodle, oneroster, jsonl"):
        export("excel", CLASS)
    with pytest.raises(InvalidRequest, match="no option roster"):
        export("canvas", CLASS, roster=1)
    with pytest.raises(InvalidRequest, match="oneroster needs roster"):
        export("oneroster", CLASS)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_an_export_too(name: str) -> None:
    options: dict[str, Any] = {"roster": ROSTER} if name == "oneroster" else {}
    data = b"".join(export(name, [], **options))
    assert name == "jsonl" or data


def test_attempts_that_don_t_stand_together_are_noticed() -> None:
    for places in ([("q", "a"), ("q", "b"), ("q", "a")], [("q", "a"), ("r", "a"), ("q", "b")]):
        with pytest.raises(ValueError, match="together"):
            list(last_attempts(grade(student, question, 1) for question, student in places))


@pytest.mark.parametrize("name", ["jsonl", "oneroster"])
def test_memory_is_flat_in_the_number_of_grades(name: str) -> None:
    """100,000 grades, the last tenth of which would be 3 MB and more."""
    options: dict[str, Any] = {"roster": ROSTER} if name == "oneroster" else {}
    size = 0

    def consume(grades: Iterator[ExportedGrade]) -> None:
        nonlocal size
        size = sum(len(piece) for piece in export(name, grades, **options))

    assert held_by_the_last(many(500, 200), 90_000, consume) < 300_000
    assert size > 10_000_000


def test_settled_is_lazy() -> None:
    def endless() -> Iterator[ExportedGrade]:
        while True:
            yield CLASS[0]

    assert next(settled(endless())) is CLASS[0]
