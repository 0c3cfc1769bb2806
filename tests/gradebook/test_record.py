"""Recording grades: each once in effect, in any order, whatever fails in between."""

import itertools

import pytest

from lectern.gradebook import Gradebook, Recorded
from lectern.table import Table
from tests.gradebook.conftest import Make


def test_what_is_recorded_comes_back(book: Gradebook, tenant: str, make: Make) -> None:
    grade = make()
    assert book.record(tenant, [grade]) == Recorded(new=1)
    stored = book.get(tenant, grade.place)
    assert (stored.machine, stored.key, stored.revision, stored.status) == (grade.machine, grade.key, 1, "review")
    assert (stored.event.kind, stored.event.by, stored.event.at) == ("graded", "job j1", "2026-03-01T12:00:01+00:00")
    assert book.history(tenant, grade.place) == [stored]
    assert list(book.grades(tenant, "c1")) == [stored]


def test_again_changes_nothing(book: Gradebook, tenant: str, make: Make) -> None:
    grades = [make(f"s{number}") for number in range(3)]
    book.record(tenant, grades)
    before = list(book.grades(tenant, "c1"))
    assert book.record(tenant, grades) == Recorded(same=3)
    assert book.record(tenant, [make("s0", job="another job")]) == Recorded(same=1)
    assert list(book.grades(tenant, "c1")) == before


def test_an_old_job_that_is_delivered_again_does_not_undo_a_newer_one(book: Gradebook, tenant: str, make: Make) -> None:
    old, new = make(job="j1", score=1.0), make(job="j2", version="1.1.0")
    assert book.record(tenant, [old]) == book.record(tenant, [new]) == Recorded(new=1)
    assert book.record(tenant, [old]) == Recorded(same=1)
    assert book.get(tenant, old.place).machine.model.version == "1.1.0"
    assert book.record(tenant, [make(job="j3", score=1.0)]) == Recorded(new=1)  # asked for anew, the old version counts


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
def test_of_several_rows_for_one_place_the_last_one_counts(
    book: Gradebook, tenant: str, make: Make, order: tuple[int, ...], together: bool
) -> None:
    grades = [make(row=row, answer=f"answer {row}") for row in order]
    for part in [grades] if together else [[grade] for grade in grades]:
        book.record(tenant, part)
    assert book.get(tenant, grades[0].place).answer == "answer 2"
    assert sum(book.record(tenant, grades)) == 3


def test_a_large_class_in_parts(book: Gradebook, table: Table, tenant: str, make: Make) -> None:
    grades = [make(f"s{number}") for number in range(3000)]
    for part in range(0, 3000, 500):
        assert book.record(tenant, grades[part : part + 500]) == Recorded(new=500)
    assert sum(1 for _ in book.grades(tenant, "c1")) == 3000
