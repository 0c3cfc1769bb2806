"""The figures of a report as CSV: one figure per line, its interval beside it where it has one."""

from collections.abc import Iterable, Iterator

from lectern.cells import line, number
from lectern.reports.counts import Counts
from lectern.reports.drift import Change
from lectern.reports.figures import Figures, QuestionFigures
from lectern.reports.intervals import Interval
from lectern.reports.row import LABELS

COLUMNS = ("part", "question", "figure", "value", "low", "high", "answers", "text")

_Line = tuple[str, str, str, float | None, Interval | None, int | None, str]


def figures_csv(report: Figures) -> Iterator[bytes]:
    """The file, line by line. `low` and `high` are the ends of the 95 % interval; shares and credits are 0..1."""
    yield line(COLUMNS)
    for part, question, figure, value, interval, answers, text in _lines(report):
        ends = [interval.low, interval.high] if interval else [None, None]
        cells = ["" if cell is None else number(cell) for cell in (value, *ends, answers)]
        yield line([part, question, figure, *cells, text])


def _lines(report: Figures) -> Iterator[_Line]:
    yield from _all(report)
    for question in report.questions:
        yield from _question(question)
    if report.drift:
        yield from _changes("drift", report.drift.changes, f"since {report.drift.before}")
        yield from _changes("drift of a question", report.drift.questions, f"since {report.drift.before}")
    if report.cost:
        told = f"{report.cost.price.currency}, {report.cost.price.as_of}, {report.cost.price.source}"
        yield "cost", "", "gb_seconds", report.cost.gb_seconds, None, None, ""
        yield "cost", "", "amount", report.cost.amount, None, report.cost.answers, told


def _all(report: Figures) -> Iterator[_Line]:
    yield "all", "", "rows", report.rows, None, None, ""
    yield "all", "", "rows in error", report.errors, None, None, ""
    graded = report.counts.graded
    if report.credit and report.review:
        yield "all", "", "mean credit", report.credit.value, report.credit, graded, ""
        yield "all", "", "review share", report.review.value, report.review, graded, ""
    yield from _counts("all", "", report.counts)
    if report.agreement:
        yield "all", "", "agreement", report.agreement.value, report.agreement, report.counts.marks.count, ""
    yield from _marks("all", "", report.counts)
    for version, count in report.versions:
        yield "all", "", "graded by", count, None, None, version


def _question(question: QuestionFigures) -> Iterator[_Line]:
    name, graded = question.name, question.counts.graded
    yield "question", name, "difficulty (mean credit)", question.credit.value, question.credit, graded, question.text
    yield "question", name, "discrimination", question.discrimination, None, question.students, ""
    yield "question", name, "review share", question.review.value, question.review, graded, ""
    yield from _counts("question", name, question.counts)
    yield from _marks("question", name, question.counts)
    for group in question.wrong:
        told = None if question.wrong_exact else Interval(group.count, group.count - group.error, group.count)
        yield "question", name, "wrong answer", group.count, told, None, group.text


def _counts(part: str, question: str, counts: Counts) -> Iterator[_Line]:
    for label, count in zip(LABELS, counts.labels, strict=True):
        yield part, question, f"label {label}", count, None, counts.graded, ""
    for place, count in enumerate(counts.bins):
        yield part, question, f"credit {place / 10:.1f} to {(place + 1) / 10:.1f}", count, None, counts.graded, ""
    yield part, question, "mean confidence", counts.confidence.mean, None, counts.graded, ""


def _marks(part: str, question: str, counts: Counts) -> Iterator[_Line]:
    marks = counts.marks
    if not marks.count:
        return
    if question:
        yield part, question, "agreement", marks.share, None, marks.count, ""
    yield (
        part,
        question,
        "mean absolute error (share of the points)",
        marks.mean_distance,
        None,
        marks.difference.count,
        "",
    )
    yield part, question, "quadratic weighted kappa", marks.kappa, None, marks.difference.count, ""
    yield part, question, "kappa of labels", marks.label_kappa, None, sum(marks.labels), ""
    yield part, question, "calibration error", marks.calibration_error, None, marks.count, ""
    for entry in marks.reliability:
        told = f"confidence {entry.low:.1f} to {entry.high:.1f}: mean {entry.confidence:.3f}"
        yield part, question, "agreement by confidence", entry.agreement, None, entry.count, told


def _changes(part: str, changes: Iterable[Change], told: str) -> Iterator[_Line]:
    for change in changes:
        name = change.name if part != "drift" else ""
        figure = "change of mean credit" if name else f"change of {change.name.lower()}"
        yield part, name, figure, change.difference.value, change.difference, None, told
