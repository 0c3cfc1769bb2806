"""How a job differs from earlier ones, and whether that is more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

from lectern.reports.counts import Counts
from lectern.reports.intervals import Interval, of_mean, of_mean_change, of_share_change
from lectern.reports.tally import Tally

MOST_EARLIER = 12
MOST_QUESTIONS = 20


@dataclass(frozen=True)
class Earlier:
    """A job before this one, and how to call it (its day, say)."""

    name: str
    tally: Tally


@dataclass(frozen=True)
class Change:
    """A figure of two jobs and its difference, now minus before."""

    name: str
    before: float
    now: float
    difference: Interval


@dataclass(frozen=True)
class QuestionChange(Change):
    """The mean credit of a question that both jobs have. Its interval allows for all questions compared at once."""

    answers: tuple[int, int] = (0, 0)
    text: str = ""


@dataclass(frozen=True)
class Drift:
    """The changes since the last earlier job, questions whose credit changed, and the mean credit of all jobs."""

    before: str
    changes: list[Change]
    questions: list[QuestionChange]
    compared: int
    history: list[tuple[str, Interval]]


def drift(now: Tally, earlier: Sequence[Earlier]) -> Drift | None:
    """Compare a job with earlier ones, the last one last; None where none has grades."""
    graded = [job for job in earlier if job.tally.counts.graded][-MOST_EARLIER:]
    if not graded or not now.counts.graded:
        return None
    last = graded[-1]
    shared = sorted(now.questions.keys() & last.tally.questions.keys())
    changed = [_question(now, last.tally, key, len(shared)) for key in shared]
    notable = [change for change in changed if change and change.difference.leaves_out_zero]
    history = [(job.name, of_mean(job.tally.counts.credit)) for job in graded] + [("now", of_mean(now.counts.credit))]
    return Drift(
        before=last.name,
        changes=_changes(now.counts, last.tally.counts),
        questions=sorted(notable, key=lambda change: -abs(change.difference.value))[:MOST_QUESTIONS],
        compared=len(shared),
        history=[(name, interval) for name, interval in history if interval],
    )


def _changes(now: Counts, before: Counts) -> list[Change]:
    agree = (now.marks.agree, now.marks.count), (before.marks.agree, before.marks.count)
    found = [
        ("Mean credit", before.credit.mean, now.credit.mean, of_mean_change(now.credit, before.credit)),
        (
            "Answers to review",
            before.review_share,
            now.review_share,
            of_share_change((now.review, now.graded), (before.review, before.graded)),
        ),
        ("Confidence", before.confidence.mean, now.confidence.mean, of_mean_change(now.confidence, before.confidence)),
        ("Agreement with marks", before.marks.share, now.marks.share, of_share_change(*agree)),
    ]
    return [Change(name, b, n, d) for name, b, n, d in found if b is not None and n is not None and d is not None]


def _question(now: Tally, before: Tally, key: str, comparisons: int) -> QuestionChange | None:
    first, second = now.questions[key].counts, before.questions[key].counts
    change = of_mean_change(first.credit, second.credit, comparisons)
    if change is None or first.credit.mean is None or second.credit.mean is None:
        return None
    answers = second.graded, first.graded
    found = now.questions[key]
    return QuestionChange(found.name, second.credit.mean, first.credit.mean, change, answers, found.text)
