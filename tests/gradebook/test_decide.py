"""Teachers' decisions: approve, override, comment; who was first; what history says."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import ValidationError

from lectern.errors import Conflict, Forbidden, InvalidRequest, UnknownObject
from lectern.gradebook import Choice, Grade, Gradebook, Place, Recorded, Ruling
from lectern.principal import Principal
from tests.gradebook.conftest import Make

APPROVE = Ruling(kind="approved")
OVERRIDE = Ruling(kind="overridden", score=1.5, reason="Names the density, not why.")


@pytest.fixture
def ann(tenant: str) -> Principal:
    return Principal(tenant, "ann", ("teacher",))


@pytest.fixture
def ben(tenant: str) -> Principal:
    return Principal(tenant, "ben", ("admin",))


@pytest.fixture
def grade(book: Gradebook, tenant: str, make: Make) -> Grade:
    book.record(tenant, [make()])
    return book.get(tenant, make().place)


def test_a_grade_s_life(book: Gradebook, ann: Principal, ben: Principal, grade: Grade) -> None:
    place = grade.place
    assert grade.score == 2.0
    approved = book.decide_one(ann, Choice(place, 1), APPROVE)
    assert (approved.status, approved.score, approved.revision) == ("approved", 2.0, 2)
    overridden = book.decide_one(ben, Choice(place, 2), OVERRIDE)
    assert (overridden.status, overridden.score, overridden.machine.score) == ("overridden", 1.5, 2.0)
    assert overridden.decision and (overridden.decision.by, overridden.decision.reason) == ("ben", OVERRIDE.reason)
    said = book.decide_one(ann, Choice(place, 3), Ruling(kind="commented", reason="Agreed."))
    assert (said.status, said.score, [comment.text for comment in said.comments]) == ("overridden", 1.5, ["Agreed."])
    history = book.history(ann.tenant, place)
    assert [(g.revision, g.event.kind, g.event.by, g.score) for g in history] == [
        (1, "graded", "job j1", 2.0),
        (2, "approved", "ann", 2.0),
        (3, "overridden", "ben", 1.5),
        (4, "commented", "ann", 1.5),
    ]
    assert book.get(ann.tenant, place) == history[-1] == said


def test_the_second_of_two_teachers_is_told(book: Gradebook, ann: Principal, ben: Principal, grade: Grade) -> None:
    book.decide_one(ann, Choice(grade.place, 1), APPROVE)
    with pytest.raises(Conflict):
        book.decide_one(ben, Choice(grade.place, 1), OVERRIDE)
    assert book.get(ann.tenant, grade.place).status == "approved"


def test_the_same_request_twice_is_one_decision(book: Gradebook, ann: Principal, grade: Grade) -> None:
    for ruling, revision in ((OVERRIDE, 1), (Ruling(kind="commented", reason="ok"), 2), (APPROVE, 3)):
        first = book.decide_one(ann, Choice(grade.place, revision), ruling)
        assert book.decide_one(ann, Choice(grade.place, revision), ruling) == first
    assert len(book.history(ann.tenant, grade.place)) == 4


def test_many_teachers_at_once_and_one_is_first(book: Gradebook, tenant: str, grade: Grade) -> None:
    def decide(number: int) -> bool:
        who = Principal(tenant, f"t{number}", ("teacher",))
        try:
            book.decide_one(who, Choice(grade.place, 1), OVERRIDE)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(decide, range(6))) == 1
    assert len(book.history(tenant, grade.place)) == 2


@pytest.mark.parametrize("roles", [(), ("student",), ("Teacher",)])
def test_others_may_not_decide(book: Gradebook, tenant: str, grade: Grade, roles: tuple[str, ...]) -> None:
    with pytest.raises(Forbidden, match="teacher"):
        book.decide_one(Principal(tenant, "sam", roles), Choice(grade.place, 1), APPROVE)


def test_another_tenant_has_no_such_grade(book: Gradebook, grade: Grade) -> None:
    other = Principal("other", "eve", ("admin",))
    with pytest.raises(UnknownObject):
        book.decide_one(other, Choice(grade.place, 1), APPROVE)
    with pytest.raises(UnknownObject):
        book.get("other", grade.place)
    with pytest.raises(UnknownObject):
        book.history("other", grade.place)


@pytest.mark.parametrize("score", [2.5, 0.25, 1.999])
def test_points_that_the_scale_lacks_are_refused(book: Gradebook, ann: Principal, grade: Grade, score: float) -> None:
    with pytest.raises(InvalidRequest) as refused:
        book.decide_one(ann, Choice(grade.place, 1), Ruling(kind="overridden", score=score, reason="r"))
    assert refused.value.errors[0].msg == "must be 0 to 2 in steps of 0.5"
    assert len(book.history(ann.tenant, grade.place)) == 1


def test_a_scale_without_steps_takes_any_points(book: Gradebook, tenant: str, ann: Principal, make: Make) -> None:
    smooth = make(step=None, student_id="smooth")
    book.record(tenant, [smooth])
    decided = book.decide_one(ann, Choice(smooth.place, 1), Ruling(kind="overridden", score=0.123, reason="r"))
    assert decided.score == 0.123
    with pytest.raises(InvalidRequest) as refused:
        book.decide_one(ann, Choice(smooth.place, 2), Ruling(kind="overridden", score=2.5, reason="r"))
    assert refused.value.errors[0].msg == "must be 0 to 2"


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "overridden", "reason": "r"},
        {"kind": "overridden", "score": 1},
        {"kind": "overridden", "score": -1, "reason": "r"},
        {"kind": "overridden", "score": float("nan"), "reason": "r"},
        {"kind": "approved", "score": 1},
        {"kind": "approved", "label": "correct"},
        {"kind": "commented", "reason": " "},
        {"kind": "commented", "reason": "x" * 1001},
        {"kind": "deleted"},
    ],
)
def test_a_ruling_that_says_nothing_clear_is_none(fields: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Ruling.model_validate(fields)


def test_the_21st_comment_is_refused(book: Gradebook, ann: Principal, grade: Grade) -> None:
    for number in range(20):
        book.decide_one(ann, Choice(grade.place, number + 1), Ruling(kind="commented", reason=f"{number}"))
    with pytest.raises(InvalidRequest):
        book.decide_one(ann, Choice(grade.place, 21), Ruling(kind="commented", reason="20"))


def test_in_bulk_what_somebody_changed_is_left_and_told(
    book: Gradebook, tenant: str, ann: Principal, ben: Principal, make: Make
) -> None:
    grades = [make(f"s{number}") for number in range(60)]
    book.record(tenant, grades)
    book.decide_one(ben, Choice(grades[7].place, 1), OVERRIDE)
    decided = book.decide(ann, [Choice(grade.place, 1) for grade in grades], APPROVE)
    assert (len(decided.grades), decided.conflicts) == (59, [grades[7].place])
    assert book.get(tenant, grades[7].place).status == "overridden"
    with pytest.raises(UnknownObject):
        book.decide(ann, [Choice(Place("c1", "q1", "nobody", 1), 1)], APPROVE)


def test_a_new_grade_of_the_same_answer_leaves_the_decision(
    book: Gradebook, tenant: str, ann: Principal, grade: Grade, make: Make
) -> None:
    book.decide_one(ann, Choice(grade.place, 1), OVERRIDE)
    assert book.record(tenant, [make(job="j2", version="1.1.0", score=0.5)]) == Recorded(kept=1)
    now = book.get(tenant, grade.place)
    assert (now.status, now.score, now.machine.score, now.revision) == ("overridden", 1.5, 0.5, 3)
    assert now.event.kind == "graded"
    assert [g.machine.score for g in book.history(tenant, grade.place)] == [2.0, 2.0, 0.5]


def test_another_answer_has_to_be_looked_at_again(
    book: Gradebook, tenant: str, ann: Principal, grade: Grade, make: Make
) -> None:
    book.decide_one(ann, Choice(grade.place, 1), OVERRIDE)
    assert book.record(tenant, [make(job="j2", answer="It is colder.", score=0.0)]) == Recorded(new=1)
    now = book.get(tenant, grade.place)
    assert (now.status, now.score, now.decision) == ("review", 0.0, None)
    assert book.history(tenant, grade.place)[1].decision is not None


@pytest.mark.parametrize(("most", "step", "expected"), [(4.0, 0.5, 3.0), (1.0, 0.5, None), (1.0, None, 0.75)])
def test_on_another_scale_a_decision_is_the_same_share(
    book: Gradebook,
    tenant: str,
    ann: Principal,
    grade: Grade,
    make: Make,
    most: float,
    step: float | None,
    expected: float | None,
) -> None:
    """1.5 of 2 is 3 of 4, and 0.75 of 1, which steps of 0.5 lack: then a teacher looks again."""
    book.decide_one(ann, Choice(grade.place, 1), OVERRIDE)
    book.record(tenant, [make(job="j2", max_score=most, step=step, score=0.5)])
    now = book.get(tenant, grade.place)
    assert (now.decision and now.decision.score) == expected
    assert now.status == ("overridden" if expected else "review")
