"""Decisions on a question become what its pack is fitted to."""

import pytest

from lectern.errors import InvalidRequest, UnknownObject
from lectern.gradebook import Choice, Class, Gradebook, Question, Ruling
from lectern.gradebook.adapting import decisions
from lectern.principal import Principal
from tests.gradebook.conftest import Make


@pytest.fixture
def ann(tenant: str) -> Principal:
    return Principal(tenant, "ann", ("teacher",))


def override(score: float) -> Ruling:
    return Ruling(kind="overridden", score=score, reason="r")


def test_a_class_or_all(book: Gradebook, tenant: str, ann: Principal, make: Make) -> None:
    grades = [make(f"s{n}", class_id=f"c{n % 2}", answer=f"answer {n}") for n in range(12)]
    book.record(tenant, [*grades, make("undecided"), make("other", question="q2")])
    for number, grade in enumerate(grades):
        book.decide_one(ann, Choice(grade.place, 1), override(2.0 if number < 6 else 0.5))
    found = decisions(book, tenant, "q1")
    assert len(found.grades) == 12 and found.left_out == 0
    assert (found.grades[0].answer, found.grades[0].score) == ("answer 11", 0.5)  # the latest first
    assert len(decisions(book, tenant, "q1", "c1").grades) == 6
    request = found.request()
    assert (request.question, request.max_score, request.step) == ("Why does ice float?", 2.0, 0.5)
    assert request.by_answer()["answer 3"] == 2.0


def test_the_bank_s_scale_counts(book: Gradebook, tenant: str, ann: Principal, make: Make) -> None:
    """1.5 is no whole point, and points out of 4 say nothing of a scale up to 2."""
    grades = [make("a", score=1.0), make("b"), make("c", max_score=4)]
    book.record(tenant, grades)
    for grade, score in zip(grades, (1.0, 1.5, 1.0), strict=True):
        book.decide_one(ann, Choice(grade.place, 1), override(score))
    bank = Question(question="Why?", references=("So.",), max_score=2, step=1)
    book.bank.put_question(tenant, "q1", bank)
    found = decisions(book, tenant, "q1")
    assert [(grade.answer, grade.score) for grade in found.grades] == [("It is less dense.", 1.0)]
    assert (found.question, found.references, found.step, found.left_out) == ("Why?", ("So.",), 1, 2)


def test_too_few_are_told(book: Gradebook, tenant: str, ann: Principal, make: Make) -> None:
    book.record(tenant, [make()])
    with pytest.raises(UnknownObject):
        decisions(book, tenant, "q1")
    book.decide_one(ann, Choice(make().place, 1), override(1.0))
    with pytest.raises(InvalidRequest) as refused:
        decisions(book, tenant, "q1").request()
    assert "at least 10" in str(refused.value.errors)
    with pytest.raises(UnknownObject):
        decisions(book, "other", "q1")


def test_a_class_that_has_grades_is_listed_and_keeps_its_settings(book: Gradebook, tenant: str, make: Make) -> None:
    book.bank.put_class(tenant, "c2", Class(name="mine", approve_confident=True))
    book.record(tenant, [make(), make(class_id="c2")])
    assert [(entry.id, entry.entry.name) for entry in book.bank.classes(tenant).entries] == [("c1", ""), ("c2", "mine")]
    assert list(book.bank.all_classes(tenant)) == ["c1", "c2"]
