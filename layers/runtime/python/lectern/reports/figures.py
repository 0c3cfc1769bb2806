"""A tally as the figures of a report: what the page draws and the CSV lists."""

from collections.abc import Sequence
from dataclasses import dataclass

from lectern.reports.cost import Cost, Price, cost
from lectern.reports.counts import Counts, Question
from lectern.reports.drift import Drift, Earlier, drift
from lectern.reports.groups import Group
from lectern.reports.intervals import Interval, of_mean, of_share
from lectern.reports.students import LEAST_STUDENTS
from lectern.reports.tally import Tally

MOST_WRONG = 5
"""Groups of wrong answers of a question that are shown."""

HARD, EASY, WEAK = 0.3, 0.95, 0.1
LEAST_ANSWERS = 10
"""With fewer answers, nothing is remarked on a question."""


@dataclass(frozen=True)
class QuestionFigures:
    """A question's figures; shares and credits are 0..1, `discrimination` is -1..1 over so many `students`."""

    name: str
    text: str
    counts: Counts
    credit: Interval
    review: Interval
    discrimination: float | None
    students: int
    wrong: list[Group]
    wrong_exact: bool

    @property
    def remark(self) -> str:
        """What a teacher may want to look at; empty where nothing stands out."""
        if self.counts.graded < LEAST_ANSWERS:
            return ""
        if self.discrimination is not None and self.discrimination < WEAK:
            return "does not tell strong from weak students"
        return "hard" if self.credit.value < HARD else "nearly everybody knows it" if self.credit.value > EASY else ""


@dataclass(frozen=True)
class Figures:
    """All of a report. `sampled_students` and `left_out` say where figures rest on a sample."""

    rows: int
    errors: int
    counts: Counts
    credit: Interval | None
    review: Interval | None
    agreement: Interval | None
    versions: list[tuple[str, int]]
    questions: list[QuestionFigures]
    sampled_students: bool
    left_out: bool
    drift: Drift | None
    cost: Cost | None


def figures(
    tally: Tally, *, earlier: Sequence[Earlier] = (), memory_mb: int | None = None, price: Price | None = None
) -> Figures:
    """The figures of a tally; with `earlier` jobs their drift, with memory and price the cost. Hardest first."""
    counts, marks = tally.counts, tally.counts.marks
    questions = [_question(tally, key, question) for key, question in tally.questions.items()]
    spent = cost(tally.milliseconds, memory_mb, price, counts.graded) if memory_mb and price else None
    return Figures(
        rows=tally.rows,
        errors=tally.errors,
        counts=counts,
        credit=of_mean(counts.credit),
        review=of_share(counts.review, counts.graded),
        agreement=of_share(marks.agree, marks.count),
        versions=sorted(tally.versions.items(), key=lambda entry: (-entry[1], entry[0])),
        questions=sorted(questions, key=lambda question: (question.credit.value, question.name)),
        sampled_students=not tally.students.is_everybody,
        left_out=not tally.has_all_questions,
        drift=drift(tally, earlier),
        cost=spent,
    )


def _question(tally: Tally, key: str, question: Question) -> QuestionFigures:
    counts, found = question.counts, tally.students.discrimination(key)
    credit, review = of_mean(counts.credit), of_share(counts.review, counts.graded)
    assert credit and review  # there is no question without a graded answer
    return QuestionFigures(
        name=question.name,
        text=question.text,
        counts=counts,
        credit=credit,
        review=review,
        discrimination=found.correlation,
        students=found.students if found.students >= LEAST_STUDENTS else 0,
        wrong=question.wrong.commonest(MOST_WRONG),
        wrong_exact=question.wrong.is_exact,
    )
