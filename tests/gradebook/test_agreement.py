"""Agreement of grader and teacher, worked out by hand."""

import pytest

from lectern.gradebook import Decision, Grade
from lectern.gradebook.agreement import agreement, check, figures
from tests.gradebook.conftest import Make


def decided(grade: Grade, score: float, at: str = "2026-03-02T10:00:00+00:00", label: str | None = None) -> Grade:
    kind = "approved" if score == grade.machine.score else "overridden"
    decision = Decision.model_validate({"kind": kind, "score": score, "label": label, "by": "ann", "at": at})
    return grade.model_copy(update={"decision": decision, "status": kind})


def test_by_hand(make: Make) -> None:
    """Out of 2 in halves the grader says 2, 2, 1, 0; the teacher 2, 1, 1, 1.

    Labels: the half is 1 point, so the teacher's are correct, correct, (equal scores), correct; the grader's correct,
    correct, incorrect, incorrect: 3 of 4 agree. Scores within a quarter of a point: 2 of 4. Distances in shares: 0,
    0.5, 0, 0.5. QWK: mean square difference 0.5; variances 0.1875 and 0.6875, means both 1.25: 1 - 0.5/0.875.
    """
    said = [("correct", 2.0), ("correct", 2.0), ("incorrect", 1.0), ("incorrect", 0.0)]
    grades = [make(f"s{n}", label=label, score=score) for n, (label, score) in enumerate(said)]
    found = figures([decided(grade, score) for grade, score in zip(grades, (2.0, 1.0, 1.0, 1.0), strict=True)])
    assert (found.decided, found.same_label, found.same_score, found.mean_difference) == (4, 0.75, 0.5, 0.25)
    assert found.qwk == pytest.approx(1 - 0.5 / 0.875)


def test_a_label_that_the_teacher_gave_counts(make: Make) -> None:
    grade = make(label="incorrect", score=0.0)
    assert figures([decided(grade, 0.5, label="contradictory")]).same_label == 0
    assert figures([decided(grade, 0.5)]).same_label == 1


def test_a_fine_scale_has_no_qwk_and_a_tenth_of_tolerance(make: Make) -> None:
    grade = make(max_score=10, step=0.5, score=7.0)
    assert figures([decided(grade, 8.0), decided(grade, 8.5)]).same_score == 0.5
    assert figures([decided(grade, 8.0), decided(grade, 8.5)]).qwk is None
    assert figures([decided(make(), 2.0)]).qwk is None  # nothing varies


def test_by_question_and_week(make: Make) -> None:
    """Monday, 28 December 2026 is in week 53, and so is Sunday, 3 January 2027."""
    grades = [
        decided(make("a", "q1"), 2.0, "2026-12-28T10:00:00+00:00"),
        decided(make("b", "q1"), 0.0, "2027-01-03T10:00:00+00:00"),
        decided(make("c", "q2"), 2.0, "2027-01-04T00:00:00+00:00"),
        make("d", "q3"),
    ]
    found = agreement(grades)
    assert found.overall and found.overall.decided == 3
    assert {name: part.same_score for name, part in found.by_question.items()} == {"q1": 0.5, "q2": 1}
    assert {name: part.decided for name, part in found.by_week.items()} == {"2026-W53": 2, "2027-W01": 1}
    empty = agreement([make()])
    assert (empty.overall, empty.by_question, empty.check.sampled, empty.check.verdict) == (None, {}, 0, "open")


def test_sampled_grades_against_the_budget(make: Make) -> None:
    """0 of 20 wrong: up to 16 % could be. So a budget of 20 % is kept, one of 5 % is open; 20 of 20 exceed both."""
    right, budgets = [decided(make(f"s{n}"), 2.0) for n in range(20)], (0.2, 0.05)
    wrong = [decided(grade, 0.0) for grade in right]
    verdicts = [
        check([grade.model_copy(update={"error_budget": budget}) for grade in grades]).verdict
        for grades in (right, wrong)
        for budget in budgets
    ]
    assert verdicts == ["kept", "open", "exceeded", "exceeded"]
    assert (check(right[:3] + wrong[:1]).error, check(right).budget) == (0.25, 0.05)


def test_with_a_pack_the_score_must_be_right(make: Make) -> None:
    grade = decided(make(pack={"version": "1", "grades": 20}), 1.5)
    assert check([grade]).wrong == 1
    assert check([decided(make(), 1.5)]).wrong == 0
