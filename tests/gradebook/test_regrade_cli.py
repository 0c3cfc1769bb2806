"""`lectern regrade`: what it shows before anything changes, what it applies, and its exit codes."""

import json

import pytest

from infra.local import regrade_cli
from lectern.errors import StoreUnavailable
from lectern.gradebook import Choice, Gradebook, Question, Ruling
from lectern.principal import Principal
from tests.gradebook.conftest import Make, Run
from tests.gradebook.test_regrades import Grader


@pytest.fixture
def grader(monkeypatch: pytest.MonkeyPatch) -> Grader:
    """All that `Grader` gives 1 of 2 points, unless a test says otherwise."""
    grader = Grader()
    monkeypatch.setattr("functions.gradebook.regrades.grade_items", grader)
    return grader


@pytest.fixture
def c1(book: Gradebook, tenant: str, ann: Principal, make: Make, grader: Grader) -> Gradebook:
    """Five grades of 1 of 2: one will gain, one lose, two stay (one as Ann decided), one can't be graded."""
    answers = ["gains", "loses", "same", "stands", "bad"]
    book.record(tenant, [make(answer, answer=answer, score=1.0) for answer in answers])
    book.decide_one(ann, Choice(make("stands").place, 1), Ruling(kind="overridden", score=1.5, reason="r"))
    grader.points = {"loses": 0.0, "same": 1.0}
    return book


def preview_of(err: str) -> str:
    return err.removeprefix("preview ").strip()


def test_who_gains_and_who_loses_then_it_is_applied(run: Run, c1: Gradebook, tenant: str, make: Make) -> None:
    code, out, err = run("regrade", "--class", "c1", "--reason", "Another model.")
    name = preview_of(err)
    assert (code, out.splitlines()) == (
        3,
        [
            "student  question  before  after",
            "bad      q1        1/2            failed: 1 of the request's fields can't be accepted.",
            "gains    q1        1/2     2/2    gains",
            "loses    q1        1/2     0/2    loses",
            "5 graded again: 1 gain, 1 lose, 2 stay, 1 failed",
            f"nothing is changed yet: lectern regrade --apply {name}",
        ],
    )
    assert c1.get(tenant, make("gains").place).revision == 1
    assert run("regrade", "--show", name)[1] == out
    code, applied, _ = run("regrade", "--apply", name)
    assert (code, applied.splitlines()[-1]) == (3, "applied")
    assert [c1.get(tenant, make(who).place).score for who in ("gains", "loses", "stands", "bad")] == [
        2.0,
        0.0,
        1.5,
        1.0,
    ]
    event = c1.history(tenant, make("gains").place)[-1].event
    assert (event.kind, event.by, event.reason) == ("regraded", "ann", "Another model.")


def test_json_has_every_change_and_few_lines_are_shown(run: Run, c1: Gradebook) -> None:
    code, out, _ = run("regrade", "--class", "c1", "--json")
    found = json.loads(out)
    assert (code, found["state"], found["gains"], found["loses"], found["failed"]) == (3, "ready", 1, 1, 1)
    effects = {change["student_id"]: (change["effect"], change["after"]) for change in found["changes"]}
    assert effects == {
        "bad": ("failed", None),
        "gains": ("gains", 2.0),
        "loses": ("loses", 0.0),
        "same": ("unchanged", 1.0),
        "stands": ("unchanged", 1.5),
    }
    assert found["request"]["class_id"] == "c1"
    short = run("regrade", "--show", found["regrade_id"], "--limit", "1")[1].splitlines()
    assert short[1].startswith("bad") and short[2] == "and 2 more"


def test_one_student_one_question_and_versions(
    run: Run, book: Gradebook, tenant: str, make: Make, grader: Grader
) -> None:
    for student in ("s1", "s2"):
        book.record(tenant, [make(student, question) for question in ("q1", "q2")])
    book.record(tenant, [make("s1", "q1", job="j2", version="1.5.0")])
    assert run("regrade", "--class", "c1", "--student", "s1", "--version", "first")[0] == 0
    assert run("regrade", "--class", "c1", "--question", "q2", "--version", "1.5.0")[0] == 0
    asked = [(item["student_id"], item["question_id"], item["version"]) for item in grader.asked]
    assert asked == [("s1", "q1", "1.0.0"), ("s1", "q2", "1.0.0"), ("s1", "q2", "1.5.0"), ("s2", "q2", "1.5.0")]


def test_a_changed_reference_and_scale(run: Run, book: Gradebook, tenant: str, make: Make, grader: Grader) -> None:
    book.record(tenant, [make(score=1.0, attempt=2)])
    book.bank.put_question(tenant, "q1", Question(question="Why?", references=("Density.",), max_score=4))
    grader.points = {"It is less dense.": 3.0}
    code, out, _ = run("regrade", "--class", "c1", "--bank")
    assert (code, grader.asked[0]["references"]) == (0, ["Density."])
    assert out.splitlines()[1].split() == ["s1", "(2)", "q1", "1/2", "3/4", "gains"]


def test_a_preview_that_was_cut_short_goes_on(
    run: Run, book: Gradebook, tenant: str, make: Make, grader: Grader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The grader breaks down over the second fifty of 60 grades."""
    book.record(tenant, [make(f"s{number:02}", score=1.0) for number in range(60)])
    working = iter([True])

    def breaks_down(who: Principal, items: list[dict[str, object]]) -> list[dict[str, object]]:
        if not next(working, False):
            raise StoreUnavailable("The function grading failed.")
        return grader(who, items)

    with monkeypatch.context() as patch:
        patch.setattr("functions.gradebook.regrades.grade_items", breaks_down)
        code, out, err = run("regrade", "--class", "c1")
    assert (code, out, err.splitlines()[-1]) == (1, "", "lectern: The function grading failed.")
    name = preview_of(err.splitlines()[0])
    assert run("regrade", "--apply", name)[0] == 1
    code, out, _ = run("regrade", "--show", name)
    assert code == 0 and "60 graded again: 60 gain" in out
    assert len(grader.asked) == 60
    assert run("regrade", "--apply", name)[0] == 0
    assert {grade.score for grade in book.grades(tenant, "c1")} == {2.0}


def test_grades_that_changed_since_stop_it(run: Run, c1: Gradebook, ann: Principal, tenant: str, make: Make) -> None:
    name = preview_of(run("regrade", "--class", "c1")[2])
    c1.decide_one(ann, Choice(make("gains").place, 1), Ruling(kind="approved"))
    code, _, err = run("regrade", "--apply", name)
    assert (code, err) == (1, "lectern: 1 grades have changed since the preview; make another one.\n")
    assert c1.get(tenant, make("loses").place).score == 1.0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "--class"),
        (["--show", "x", "--apply", "x"], 2, "takes a preview as it is"),
        (["--apply", "x", "--class", "c1"], 2, "takes a preview as it is"),
        (["--apply", "x"], 1, "no such regrade"),
        (["--show", "x"], 1, "no such regrade"),
        (["--class", "c1", "--discard-decisions"], 1, "reason: it can't be blank"),
        (["--class", "c1", "--version", "1 2"], 1, "version: String should match pattern"),
    ],
)
def test_what_is_refused(run: Run, grader: Grader, arguments: list[str], code: int, message: str) -> None:
    found = run("regrade", *arguments)
    assert found[0] == code
    assert message in found[2]
    assert grader.asked == []


def test_an_empty_class_and_ids_that_a_terminal_would_obey(
    run: Run, book: Gradebook, tenant: str, make: Make, grader: Grader
) -> None:
    code, out, _ = run("regrade", "--class", "nobody")
    assert (code, out.splitlines()[0]) == (0, "0 graded again: 0 gain, 0 lose, 0 stay, 0 failed")
    book.record(tenant, [make("a\u202eb", score=1.0)])
    assert "\u202e" not in run("regrade", "--class", "c1")[1]


def test_it_is_for_whoever_works_at_this_machine() -> None:
    assert (regrade_cli.WHO.tenant, "teacher" in regrade_cli.WHO.roles) == ("demo", True)
