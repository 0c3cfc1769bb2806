"""`report.html`: one self-contained page that a teacher can read, print and listen to."""

from collections import Counter
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from lectern.batch.grades import Grade, counted
from lectern.batch.marks import answer_marks, reference_marks
from lectern.batch.summary import by_question
from lectern.reports.marks import marks_of
from lectern.reports.row import LABELS

MOST_LISTED = 300
"""Answers in the review list; the rest are in grades.csv."""

CREDIT_BINS = 10


def report_html(title: str, summary: dict[str, Any], grades: list[Grade]) -> str:
    """The page for a graded batch."""
    graded = [grade for grade in grades if grade.result]
    marks = marks_of(map(counted, graded))
    review = sorted((g for g in graded if g.result and g.result["needs_review"]), key=_confidence)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["percent"] = lambda value: "–" if value is None else f"{100 * value:.0f} %"
    environment.globals.update(answer_marks=answer_marks, reference_marks=reference_marks)
    template = environment.from_string(Path(__file__).with_name("report.html.j2").read_text("utf-8"))
    return template.render(
        title=title,
        summary=summary,
        credit=_histogram(graded),
        questions=[_question(name, members) for name, members in by_question(graded).items()],
        bins=marks.reliability,
        agreement=marks.share,
        review=review[:MOST_LISTED],
        explained=any(grade.result and grade.result.get("explanation") for grade in review),
        compared=any(reference_marks(grade) for grade in review),
        more_to_review=len(review) - len(review[:MOST_LISTED]),
        errors=[grade for grade in grades if grade.error],
    )


def _histogram(graded: list[Grade]) -> list[int]:
    """Answers per tenth of the points."""
    counts = Counter(min(CREDIT_BINS - 1, int(grade.credit * CREDIT_BINS)) for grade in graded)
    return [counts[number] for number in range(CREDIT_BINS)]


def _question(name: str, members: list[Grade]) -> dict[str, Any]:
    results = [grade.result for grade in members if grade.result]
    labels = Counter(result["label"] for result in results)
    return {
        "name": name,
        "text": members[0].row.cells["question"],
        "answers": len(members),
        "credit": sum(grade.credit for grade in members) / len(members),
        "labels": [(label, labels[label], labels[label] / len(members)) for label in LABELS],
        "review": sum(result["needs_review"] for result in results),
        "agreement": marks_of(map(counted, members)).share,
    }


def _confidence(grade: Grade) -> float:
    assert grade.result
    return float(grade.result["confidence"])
