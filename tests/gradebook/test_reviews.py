"""The review queue: what waits, in which order, in which groups; one decision for a group; samples."""

from itertools import count

import pytest

from lectern.errors import Conflict
from lectern.gradebook import Choice, Gradebook, Ruling
from lectern.gradebook.reviews import decide_group, queue
from lectern.principal import Principal
from tests.gradebook.conftest import Make

APPROVE = Ruling(kind="approved")


@pytest.fixture
def ann(tenant: str) -> Principal:
    return Principal(tenant, "ann", ("teacher",))


def test_the_most_valuable_first(book: Gradebook, tenant: str, make: Make) -> None:
    """Two that are unsure by 0.3 together are worth more than one by 0.5; a warning is worth a half."""
    unsure = {"a": ("Colder.", 0.5), "b": ("Less dense.", 0.7), "c": ("less dense", 0.7), "d": ("Salt.", 0.9)}
    grades = [make(student, answer=answer, confidence=sure) for student, (answer, sure) in unsure.items()]
    warned = make("e", answer="Density density density.", confidence=0.99, warnings=["The answer repeats itself."])
    sure = (make(f"f{n}", needs_review=False, answer="Passed.", confidence=0.99) for n in count())
    passed = next(grade for grade in sure if not grade.sampled)  # by a digest, in which the tenant's name is
    book.record(tenant, [*grades, warned, passed])
    found = queue(book, tenant, "c1")
    assert [(group.value, [g.student_id for g in group.grades]) for group in found] == [
        (0.6, ["b", "c"]),
        (0.5, ["a"]),
        (0.5, ["e"]),
        (0.1, ["d"]),
    ]
    assert found[0].wordings == ("Less dense.", "less dense")


def test_a_question_of_a_class(book: Gradebook, tenant: str, make: Make) -> None:
    book.record(tenant, [make(question="q1"), make(question="q#2/ü"), make(class_id="c2", question="q1")])
    assert [group.grades[0].question_id for group in queue(book, tenant, "c1")] == ["q#2/ü", "q1"]
    (only,) = queue(book, tenant, "c1", "q#2/ü")
    assert only.grades[0].question_id == "q#2/ü"
    assert queue(book, "other", "c1") == []


def test_what_was_asked_or_said_differently_is_no_group(book: Gradebook, tenant: str, make: Make) -> None:
    """The same words to another text of the question, on another scale, or that the grader calls something else."""
    book.record(
        tenant,
        [make("a"), make("b"), make("c", asked="Why not?"), make("d", max_score=4), make("e", label="incorrect")],
    )
    assert sorted(len(group.grades) for group in queue(book, tenant, "c1")) == [1, 1, 1, 2]


def test_one_decision_for_a_group(book: Gradebook, tenant: str, ann: Principal, make: Make) -> None:
    book.record(tenant, [make(f"s{n}", answer=text) for n, text in enumerate(["Heavy.", "heavy", "Light."])])
    first, second = queue(book, tenant, "c1")
    half = Ruling(kind="overridden", score=0.5, reason="A start.")
    decided = decide_group(book, ann, "c1", "", first.id, half)
    assert ([grade.score for grade in decided.grades], decided.conflicts) == ([0.5, 0.5], [])
    assert queue(book, tenant, "c1") == [second]
    with pytest.raises(Conflict):
        decide_group(book, ann, "c1", "", first.id, half)
    assert [len(book.history(tenant, grade.place)) for grade in (*first.grades, *second.grades)] == [2, 2, 1]


def test_a_group_that_grew_is_not_what_the_teacher_saw(
    book: Gradebook, tenant: str, ann: Principal, make: Make
) -> None:
    book.record(tenant, [make("s1")])
    (seen,) = queue(book, tenant, "c1")
    book.record(tenant, [make("s2")])
    with pytest.raises(Conflict):
        decide_group(book, ann, "c1", "q1", seen.id, APPROVE)
    assert book.get(tenant, make("s1").place).status == "review"


def test_about_every_hundredth_confident_grade_is_sampled(
    book: Gradebook, tenant: str, ann: Principal, make: Make
) -> None:
    """By its digest: the same ones again, whatever the order. Of 2,000, 20 ± 3 standard deviations (4.4)."""
    grades = [make(f"s{number}", needs_review=False, confidence=0.99) for number in range(2000)]
    sampled = [grade for grade in grades if int(grade.key[:12], 16) % 100 == 0]
    assert 7 <= len(sampled) <= 33
    some = [*sampled[:3], *[grade for grade in grades if grade not in sampled][:20]]
    book.record(tenant, some[::-1])
    waiting = {grade.student_id for group in queue(book, tenant, "c1") for grade in group.grades}
    assert waiting == {grade.student_id for grade in sampled[:3]}
    statuses = [book.get(tenant, grade.place).status for grade in some]
    assert statuses == ["sampled"] * 3 + ["confident"] * 20
    book.decide_one(ann, Choice(some[0].place, 1), APPROVE)
    assert book.get(tenant, some[0].place).sampled


def test_settled_grades(make: Make) -> None:
    for status, plain, trusting in [
        ("confident", False, True),
        ("sampled", False, True),
        ("review", False, False),
        ("approved", True, True),
        ("overridden", True, True),
    ]:
        grade = make().model_copy(update={"status": status})
        assert (grade.counts(False), grade.counts(True)) == (plain, trusting)
