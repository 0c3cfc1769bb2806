from typing import Any

from lectern.batch.grades import Grade
from lectern.batch.marks import answer_marks, reference_marks
from lectern.batch.report import report_html
from lectern.batch.summary import summarise
from lectern.batch.table import Row

ANSWER = "It is\x00 <b>light</b>, so"
CELLS = {"student_id": "s", "question_id": "q", "question": "Why?", "answer": ANSWER, "max_score": "1", "id": "1"}
EXPLANATION = {
    "answer": [{"start": 6, "end": 19, "effect": 0.25}, {"start": 0, "end": 5, "effect": -0.5}],
    "reference": [{"reference": 1, "start": 4, "end": 11, "covered": False, "similarity": 0.1}],
}


def graded(explanation: dict[str, Any] | None) -> Grade:
    row = Row(CELLS, {"references": ["no", "The lighter one"], "max_score": 1.0})
    model = {"name": "grading", "version": "1.0.0", "digest": "d" * 64}
    result = {"label": "incorrect", "score": 0.1, "confidence": 0.5, "needs_review": True, "warnings": []}
    return Grade(row, result | {"model": model, "explanation": explanation})


def test_marks_hold_the_whole_text_in_its_order() -> None:
    marks = answer_marks(graded(EXPLANATION))
    assert "".join(mark.text for mark in marks) == "It is <b>light</b>, so"
    assert [(mark.text, mark.kind, mark.strength, mark.note) for mark in marks if mark.kind] == [
        ("It is", "against", 1.0, "-50 %"),
        ("<b>light</b>,", "for", 0.5, "+25 %"),
    ]


def test_the_reference_that_was_compared_is_marked() -> None:
    marks = reference_marks(graded(EXPLANATION))
    assert [(mark.text, mark.kind) for mark in marks] == [("The ", ""), ("lighter", "missed"), (" one", "")]


def test_what_moves_nothing_has_no_mark() -> None:
    still = {"answer": [{"start": 0, "end": 5, "effect": -0.019}], "reference": []}
    assert all(mark.kind == "" for mark in answer_marks(graded(still)))
    assert reference_marks(graded(still)) == []


def test_the_report_shows_marks_escaped_and_says_what_they_mean() -> None:
    grade = graded(EXPLANATION)
    page = report_html("Class", summarise(b"", [grade]), [grade])
    assert '<mark class="for" style="--strength: 0.5" title="+25 %">&lt;b&gt;light&lt;/b&gt;,</mark>' in page
    assert '<mark class="missed"' in page
    assert "what speaks for the proposal" in page
    assert "In the reference, what the answer" in page


def test_the_report_names_no_reference_where_none_was_compared() -> None:
    grade = graded({"answer": EXPLANATION["answer"], "reference": []})
    page = report_html("Class", summarise(b"", [grade]), [grade])
    assert "what speaks for the proposal" in page
    assert "In the reference" not in page


def test_the_report_of_a_batch_without_explanations_has_no_marks() -> None:
    grade = graded(None)
    page = report_html("Class", summarise(b"", [grade]), [grade])
    assert "<mark" not in page
    assert "It is &lt;b&gt;light&lt;/b&gt;, so" in page
