"""Grades of the gradebook go out and into reports: what counts is the teacher's decision."""

from lectern.exports import exported
from lectern.gradebook import Comment, Decision, Event, Grade, Machine, Model
from lectern.reports import from_grade

AT = "2026-03-02T07:08:09+00:00"
MODEL = Model(name="grading", version="1.1.0", digest="d")
GRADE = Grade(
    class_id="7b",
    question_id="salt",
    student_id="s-1",
    attempt=2,
    key="0" * 64,
    job_id="j",
    question="Why does\nsalt melt ice? " * 9,
    references=("It lowers the freezing point.",),
    answer="It is warm.",
    max_score=4,
    machine=Machine(label="incorrect", score=1, confidence=0.7, needs_review=True, model=MODEL),
    status="review",
    event=Event(kind="graded", by="job j", at=AT),
)


def test_a_grade_as_the_grader_left_it() -> None:
    out, row = exported(GRADE, "Zoë"), from_grade(GRADE)
    assert (out.score, out.status, out.label, out.by, out.at) == (1, "review", "incorrect", "grading 1.1.0", AT)
    assert (out.student_name, len(out.title), out.title[:24]) == ("Zoë", 80, "Why does salt melt ice? ")
    assert (row.credit, row.mark, row.needs_review) == (0.25, None, True)


def test_an_override_counts_and_its_reason_stays() -> None:
    decision = Decision(kind="overridden", score=3, by="t-1", at="2026-03-03T00:00:00+00:00", reason="between us")
    remarks = (Comment(text="Well done", by="t-1", at=AT), Comment(text="=see me", by="t-1", at=AT))
    grade = GRADE.model_copy(update={"decision": decision, "status": "overridden", "comments": remarks})
    out, row = exported(grade, title="Salt"), from_grade(grade)
    assert (out.score, out.label, out.by, out.title, out.comment) == (3, "", "t-1", "Salt", "Well done\n=see me")
    assert "between us" not in str(out) and out.is_settled
    assert (row.credit, row.grader_credit, row.mark, row.needs_review) == (0.75, 0.25, 3, False)


def test_an_approval_keeps_the_label() -> None:
    decision = Decision(kind="approved", score=1, by="t-1", at=AT)
    assert exported(GRADE.model_copy(update={"decision": decision, "status": "approved"})).label == "incorrect"
