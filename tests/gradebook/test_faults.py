"""What goes wrong under a gradebook: workers killed, a table that throttles, writers side by side, big texts."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lectern.errors import Conflict, StoreUnavailable
from lectern.gradebook import Choice, Gradebook, Recorded, Ruling, Wanted
from lectern.gradebook.keys import book_pk
from lectern.principal import Principal
from lectern.table import Table
from tests.gradebook.conftest import Make


class Faulty(Table):
    """A table that lets a call through, or not, as `fails` says; what came through is counted."""

    def __init__(self, name: str, fails: Callable[[], bool]) -> None:
        super().__init__(name)
        self._fails, self.calls = fails, 0

    def _call(self, name: str, *given: Any, **named: Any) -> Any:
        if self._fails():
            raise StoreUnavailable("DynamoDB answers ThrottlingException.")
        self.calls += 1
        return getattr(super(), name)(*given, **named)

    def write(self, *given: Any) -> None:
        self._call("write", *given)

    def put(self, *given: Any, **named: Any) -> None:
        self._call("put", *given, **named)

    def get_many(self, *given: Any) -> Any:
        return self._call("get_many", *given)


def whole(table: Table, tenant: str) -> tuple[list[str], list[str]]:
    """Students with a grade, and with a first revision in history."""
    grades = [item["sk"].split("#")[2] for item in table.all(book_pk(tenant, "c1"), "G#")]
    history = [item["sk"].split("#")[1] for item in table.all(book_pk(tenant, "c1"), "H#")]
    return grades, history


@pytest.mark.parametrize("calls", range(5))
def test_a_worker_killed_between_any_two_calls(table: Table, tenant: str, make: Make, calls: int) -> None:
    """120 grades take five: the class, two reads of 100 keys in one call, three transactions of 50 grades."""
    left = iter([False] * calls)
    faulty = Faulty("lectern", lambda: next(left, True))
    grades = [make(f"s{number:03}") for number in range(120)]
    with pytest.raises(StoreUnavailable):
        Gradebook(faulty).record(tenant, grades)
    done = max(0, calls - 2) * 50
    names = [f"s{number:03}" for number in range(120)]
    assert whole(table, tenant) == (names[:done], names[:done])
    assert Gradebook(table).record(tenant, grades) == Recorded(new=120 - done, same=done)
    assert whole(table, tenant) == (names, names)


def test_a_first_recording_costs_few_requests(tenant: str, make: Make, table: Table) -> None:
    faulty = Faulty("lectern", lambda: False)
    book = Gradebook(faulty)
    book.record(tenant, [make("first")])
    faulty.calls = 0
    book.record(tenant, [make(f"s{number}") for number in range(100)])
    assert faulty.calls == 3


def test_a_table_that_throttles(table: Table, tenant: str, make: Make) -> None:
    """A third of all calls fail; whoever tries again until it works ends with every grade once."""
    rng = random.Random(3)
    book = Gradebook(Faulty("lectern", lambda: rng.random() < 0.33))
    grades = [make(f"s{number:03}") for number in range(260)]
    for start in range(0, 260, 65):
        for _ in range(50):
            try:
                book.record(tenant, grades[start : start + 65])
                break
            except StoreUnavailable:
                continue
    names = [f"s{number:03}" for number in range(260)]
    assert whole(table, tenant) == (names, names)


def test_workers_side_by_side(table: Table, tenant: str, make: Make) -> None:
    """Four record overlapping parts at once: every grade once, and together they count each as new once."""
    grades = [make(f"s{number:03}") for number in range(90)]
    parts = [grades[:60], grades[30:], grades[::2], grades[::-1]]
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda part: Gradebook(table).record(tenant, part), parts))
    assert sum(one.new for one in counted) == 90
    assert [sum(one) for one in counted] == [len(part) for part in parts]
    names = [f"s{number:03}" for number in range(90)]
    assert whole(table, tenant) == (names, names)


def test_a_grade_that_changes_meanwhile_stops_no_other(table: Table, tenant: str, make: Make) -> None:
    """Between the worker's reading and its writing a teacher decides on one of 50 grades: it is read again."""
    book, ann = Gradebook(table), Principal(tenant, "ann", ("teacher",))
    book.record(tenant, [make(f"s{number}") for number in range(50)])
    once = iter([True])

    class Racing(Table):
        def write(self, writes: Any) -> None:
            if next(once, False):
                choice = Choice(make("s7").place, 1)
                book.decide_one(ann, choice, Ruling(kind="overridden", score=0.5, reason="r"))
            super().write(writes)

    later = [make(f"s{number}", job="j2", version="1.1.0") for number in range(50)]
    assert Gradebook(Racing("lectern")).record(tenant, later) == Recorded(new=49, kept=1)
    now = book.get(tenant, make("s7").place)
    assert (now.score, now.machine.model.version, now.revision) == (0.5, "1.1.0", 3)


def test_a_grade_that_never_rests_is_told(tenant: str, make: Make, table: Table) -> None:
    class Refusing(Table):
        def write(self, writes: Any) -> None:
            raise Conflict("The item has changed meanwhile.")

    with pytest.raises(Conflict, match="1 grades"):
        Gradebook(Refusing("lectern")).record(tenant, [make()])


def test_long_answers_go_in_several_transactions(book: Gradebook, tenant: str, make: Make) -> None:
    """60 grades of 80 kB, twice each, are 9.6 MB; DynamoDB takes 4 MB at once."""
    grades = [make(f"s{number}", answer="🙂" * 20_000) for number in range(60)]
    assert book.record(tenant, grades) == Recorded(new=60)
    found = list(book.grades(tenant, "c1"))
    assert {grade.answer for grade in found} == {"🙂" * 20_000}
    page = book.page(tenant, Wanted("c1"), limit=200)
    assert len(page.grades) == 16 and page.cursor  # each has 240 kB in JSON, "\\ud83d\\ude42" by the answer's letter
