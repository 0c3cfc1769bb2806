"""Regrades: who gains and who loses is known before anything changes; applying keeps history, and once is enough."""

from typing import Any

import pytest

from lectern.errors import Conflict, Forbidden, InvalidRequest, StoreUnavailable, UnknownObject
from lectern.gradebook import Choice, Gradebook, Question, Ruling
from lectern.gradebook.keys import book_pk
from lectern.gradebook.regrades import Regrades
from lectern.gradebook.regrading import RegradeRequest
from lectern.principal import Principal
from tests.gradebook.conftest import MODEL, RESULT, Make

CLASS = RegradeRequest(class_id="c1", reason="A better model.")


class Grader:
    """Gives points by the answer's first word, in its version; remembers what it was asked."""

    def __init__(self, version: str = "2.0.0") -> None:
        self.version, self.asked, self.points = version, list[dict[str, Any]](), dict[str, float]()

    def __call__(self, who: Principal, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        self.asked += items
        return [self._result(item) for item in items]

    def _result(self, item: dict[str, Any]) -> dict[str, Any]:
        if item["answer"] == "bad":
            return {"error": {"detail": "1 of the request's fields can't be accepted.", "status": 422}}
        points = self.points.get(item["answer"], 2.0)
        model = MODEL | {"version": item.get("version", self.version)}
        return RESULT | {"score": points, "model": model}


@pytest.fixture
def ann(tenant: str) -> Principal:
    return Principal(tenant, "ann", ("teacher",))


@pytest.fixture
def grader() -> Grader:
    return Grader()


@pytest.fixture
def regrades(book: Gradebook, grader: Grader) -> Regrades:
    return Regrades(book, grader)


def test_a_class(book: Gradebook, regrades: Regrades, grader: Grader, tenant: str, ann: Principal, make: Make) -> None:
    """All had 1 of 2; now one has 2, one 0, one 1, one can't be graded; and Ann's decision on the fifth stands."""
    answers = ["gains", "loses", "same", "bad", "stands"]
    grades = [make(answer, answer=answer, score=1.0) for answer in answers]
    book.record(tenant, grades)
    book.decide_one(ann, Choice(grades[4].place, 1), Ruling(kind="overridden", score=1.5, reason="r"))
    grader.points = {"loses": 0.0, "same": 1.0}

    found = regrades.preview(ann, CLASS, "r1")
    assert (found.state, found.done, found.gains, found.loses, found.unchanged, found.failed) == (
        "ready",
        5,
        1,
        1,
        2,
        1,
    )
    changes = {change.student_id: change for change in regrades.changes(tenant, "r1").changes}
    assert {name: (c.effect, c.before, c.after, c.stands) for name, c in changes.items()} == {
        "gains": ("gains", 1.0, 2.0, False),
        "loses": ("loses", 1.0, 0.0, False),
        "same": ("unchanged", 1.0, 1.0, False),
        "bad": ("failed", 1.0, None, False),
        "stands": ("unchanged", 1.5, 1.5, True),
    }
    assert changes["bad"].problem == "1 of the request's fields can't be accepted."
    assert [book.get(tenant, grade.place).revision for grade in grades] == [1, 1, 1, 1, 2]

    applied = regrades.apply(ann, "r1")
    assert (applied.state, applied.left) == ("applied", 0)
    after = [book.get(tenant, grade.place) for grade in grades]
    assert [grade.score for grade in after] == [2.0, 0.0, 1.0, 1.0, 1.5]
    assert [grade.revision for grade in after] == [2, 2, 2, 1, 3]
    assert (after[4].machine.score, after[4].status) == (2.0, "overridden")
    event = book.history(tenant, grades[0].place)[-1].event
    assert (event.kind, event.by, event.reason) == ("regraded", "ann", "A better model.")
    assert regrades.apply(ann, "r1") == applied
    assert [book.get(tenant, grade.place) for grade in grades] == after


def test_what_is_asked(
    book: Gradebook, regrades: Regrades, grader: Grader, tenant: str, ann: Principal, make: Make
) -> None:
    for student in ("s1", "s2"):
        for question in ("q1", "q2"):
            book.record(tenant, [make(student, question), make(student, question, class_id="c2")])
    regrades.preview(ann, RegradeRequest(class_id="c1", student_id="s1"), "a")
    regrades.preview(ann, RegradeRequest(class_id="c1", question_id="q2", version="1.5.0"), "b")
    regrades.preview(ann, RegradeRequest(class_id="c1", question_id="q2", student_id="s2"), "c")
    regrades.preview(ann, RegradeRequest(class_id="nowhere"), "d")
    asked = [(item["student_id"], item["question_id"], item.get("version")) for item in grader.asked]
    assert asked == [
        ("s1", "q1", None),
        ("s1", "q2", None),
        ("s1", "q2", "1.5.0"),
        ("s2", "q2", "1.5.0"),
        ("s2", "q2", None),
    ]
    assert grader.asked[0] == {
        "student_id": "s1",
        "question_id": "q1",
        "question": "Why does ice float?",
        "references": ["Ice is less dense than water."],
        "answer": "It is less dense.",
        "max_score": 2.0,
        "step": 0.5,
    }


def test_the_version_that_graded_first(
    book: Gradebook, regrades: Regrades, grader: Grader, tenant: str, ann: Principal, make: Make
) -> None:
    """Back to the first version, though its grade was here before."""
    grader.points = {"It is less dense.": 1.0}
    book.record(tenant, [make(score=1.0)])
    book.record(tenant, [make(job="j2", version="2.0.0", score=2.0)])
    regrades.preview(ann, RegradeRequest(class_id="c1", version="first"), "r")
    regrades.apply(ann, "r")
    now = book.get(tenant, make().place)
    assert (now.score, now.machine.model.version, now.revision) == (1.0, "1.0.0", 3)
    assert book.record(tenant, [make(job="j2", version="2.0.0", score=2.0)]).same == 1
    assert book.get(tenant, make().place) == now


def test_a_changed_reference_and_scale(
    book: Gradebook, regrades: Regrades, grader: Grader, tenant: str, ann: Principal, make: Make
) -> None:
    """1 of 2 becomes 2 of 4: another scale alone is no gain. The bank has no references for the other question."""
    book.record(tenant, [make("s1", "q1", score=1.0), make("s1", "q2", score=1.0)])
    changed = Question(question="Why?", references=("Density.", "Less dense."), max_score=4, step=1)
    book.bank.put_question(tenant, "q1", changed)
    book.bank.put_question(tenant, "q2", Question(question="Why?", max_score=2, step=1))
    regrades.preview(ann, RegradeRequest(class_id="c1", bank=True), "r")
    assert [item["references"] for item in grader.asked] == [
        ["Density.", "Less dense."],
        ["Ice is less dense than water."],
    ]
    first, second = regrades.changes(tenant, "r").changes
    assert (first.before, first.max_score, first.after, first.new_max_score, first.effect) == (1, 2, 2, 4, "unchanged")
    assert (second.before, second.after, second.effect) == (1, 2, "gains")
    regrades.apply(ann, "r")
    assert book.get(tenant, make().place).references == ("Density.", "Less dense.")


def test_decisions_are_discarded_only_when_told(
    book: Gradebook, regrades: Regrades, tenant: str, ann: Principal, make: Make
) -> None:
    book.record(tenant, [make()])
    book.decide_one(ann, Choice(make().place, 1), Ruling(kind="overridden", score=0.5, reason="r"))
    regrades.preview(ann, RegradeRequest(class_id="c1", discard_decisions=True, reason="Wrong key."), "r")
    regrades.apply(ann, "r")
    now = book.get(tenant, make().place)
    assert (now.score, now.decision, now.status) == (2.0, None, "review")
    assert book.history(tenant, make().place)[1].score == 0.5


def test_grades_that_changed_since_the_preview_are_not_overwritten(
    book: Gradebook, regrades: Regrades, tenant: str, ann: Principal, make: Make
) -> None:
    book.record(tenant, [make("s1"), make("s2")])
    regrades.preview(ann, CLASS, "r")
    book.decide_one(ann, Choice(make("s2").place, 1), Ruling(kind="approved"))
    with pytest.raises(Conflict, match="1 grades have changed"):
        regrades.apply(ann, "r")
    assert (regrades.get(tenant, "r").state, book.get(tenant, make("s1").place).revision) == ("ready", 1)
    regrades.preview(ann, CLASS, "again")
    assert regrades.apply(ann, "again").state == "applied"


def test_a_preview_goes_on_where_it_was(
    book: Gradebook, regrades: Regrades, grader: Grader, tenant: str, ann: Principal, make: Make
) -> None:
    book.record(tenant, [make(f"s{number:03}") for number in range(120)])
    steps = iter([True, False])
    assert regrades.preview(ann, CLASS, "r", lambda: next(steps)).done == 50
    with pytest.raises(Conflict):
        regrades.apply(ann, "r")
    found = regrades.preview(ann, CLASS, "r")
    assert (found.state, found.done, len(grader.asked)) == ("ready", 120, 120)
    assert regrades.preview(ann, CLASS, "r") == found
    assert len(grader.asked) == 120
    first = regrades.changes(tenant, "r", 100)
    second = regrades.changes(tenant, "r", 100, first.cursor)
    assert [c.student_id for c in first.changes + second.changes] == [f"s{number:03}" for number in range(120)]
    assert second.cursor is None


def test_an_application_that_was_cut_short_is_completed(
    book: Gradebook, regrades: Regrades, tenant: str, ann: Principal, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second transaction fails; meanwhile a teacher decides on one of the rest, which is left."""
    grades = [make(f"s{number:03}", score=1.0) for number in range(120)]
    book.record(tenant, grades)
    regrades.preview(ann, CLASS, "r")
    write, calls = book.table.write, iter([True, False])

    def fail(writes: Any) -> None:
        if not next(calls):
            raise StoreUnavailable("killed")
        write(writes)

    with monkeypatch.context() as patch:
        patch.setattr(book.table, "write", fail)
        with pytest.raises(StoreUnavailable):
            regrades.apply(ann, "r")
    book.decide_one(ann, Choice(grades[119].place, 1), Ruling(kind="approved"))
    done = regrades.apply(ann, "r")
    assert (done.state, done.left) == ("applied", 1)
    assert [grade.score for grade in book.grades(tenant, "c1")] == [2.0] * 119 + [1.0]
    revisions = [item["revision"] for item in book.table.all(book_pk(tenant, "c1"), "H#")]
    assert revisions == [1, 2] * 120


def test_a_name_is_for_one_request(regrades: Regrades, ann: Principal) -> None:
    regrades.preview(ann, CLASS, "r")
    with pytest.raises(Conflict):
        regrades.preview(ann, RegradeRequest(class_id="c2"), "r")
    with pytest.raises(UnknownObject):
        regrades.apply(ann, "nothing")
    with pytest.raises(UnknownObject):
        regrades.get("other", "r")


def test_only_teachers(regrades: Regrades, tenant: str) -> None:
    student = Principal(tenant, "sam", ("student",))
    with pytest.raises(Forbidden):
        regrades.preview(student, CLASS, "r")
    with pytest.raises(Forbidden):
        regrades.apply(student, "r")


@pytest.mark.parametrize("fields", [{"version": "1 2"}, {"class_id": ""}, {"discard_decisions": True}, {"what": 1}])
def test_requests_that_are_refused(fields: dict[str, Any]) -> None:
    from lectern.validation import validate

    with pytest.raises(InvalidRequest):
        validate(RegradeRequest, {"class_id": "c1"} | fields)
