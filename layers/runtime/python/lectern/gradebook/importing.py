"""A mark from another gradebook as a teacher's decision on the grade that is there. Pure functions."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lectern.errors import InvalidRequest
from lectern.exports.gradebook import Mark
from lectern.gradebook.deciding import Ruling, ruled
from lectern.gradebook.documents import Grade
from lectern.gradebook.recording import name_of, remembered
from lectern.manifest import Document
from lectern.text import clean
from lectern.validation import validate

SAME = 0.005
"""Points that are no difference: other gradebooks round to hundredths."""

NOT_THERE = "the class has no grade of this student for this question and attempt"
TWICE = "a line before it has a mark for the same grade"


class Fault(Document):
    """What is wrong with a mark: its line and column, as an error's `loc` says it, and a sentence."""

    loc: tuple[str, ...]
    msg: str


class Source(NamedTuple):
    """Where marks come from: the import's name, who asks for it, when, and the sentence that stays in history."""

    name: str
    by: str
    at: str
    reason: str


class Taken(NamedTuple):
    """What became of a mark: the `revision` to write if it is a change that is not there yet."""

    effect: Literal["changed", "same", "failed"]
    revision: Grade | None = None
    fault: Fault | None = None


def taken(mark: Mark, attempts: Sequence[Grade], source: Source) -> Taken:
    """What a mark makes of a student's attempts at its question, the last of which comes last."""
    grade = next((grade for grade in reversed(attempts) if mark.attempt in (None, grade.attempt)), None)
    if grade is None:
        return failed(mark, NOT_THERE)
    if name_of(source.name) in grade.jobs:
        return Taken("changed")
    try:
        revision = _decided(grade, mark, source)
    except InvalidRequest as error:
        return failed(mark, error.errors[0].msg)
    return Taken("changed" if revision else "same", revision)


def failed(mark: Mark, why: str) -> Taken:
    """A mark that could not be taken."""
    return Taken("failed", fault=Fault(loc=(f"line {mark.line}", mark.assignment_id), msg=why))


def each_once(takings: Sequence[tuple[Mark, Taken]]) -> Iterator[Taken]:
    """What became of marks, where one grade can be changed by one of them."""
    seen = set()
    for mark, found in takings:
        place = found.revision.place if found.revision else None
        yield failed(mark, TWICE) if place in seen else found
        seen |= {place} if place else set()


def _decided(grade: Grade, mark: Mark, source: Source) -> Grade | None:
    """The grade's next revision, with the mark and its comment; None where it has both."""
    score, after = _score(grade, mark), grade
    if grade.decision is None or abs(grade.decision.score - score) >= SAME:
        after = _ruled(after, source, kind="overridden", score=score, reason=source.reason)
    event = after.event
    if said := _said(grade, mark):
        after = _ruled(after, source, kind="commented", reason=said)
        event = event if event != grade.event else after.event
    if after is grade:
        return None
    jobs = remembered(grade.jobs, source.name, f"{mark.line:012d}")
    return after.model_copy(update={"revision": grade.revision + 1, "event": event, "jobs": jobs})


def _ruled(grade: Grade, source: Source, **ruling: object) -> Grade:
    return ruled(grade, validate(Ruling, ruling), source.by, source.at)


def _score(grade: Grade, mark: Mark) -> float:
    """The mark on the grade's own scale: the same share of the points."""
    if not mark.points or mark.points == grade.max_score:
        return mark.score
    return round(mark.score * grade.max_score / mark.points, 9)


def _said(grade: Grade, mark: Mark) -> str:
    """What the mark's comment says beyond the remarks that went out with the grade, all in one cell."""
    known = [remark.text for remark in grade.comments]
    said = clean(mark.comment).strip()
    return "" if said in known else said.removeprefix("\n".join(known).strip()).strip()
