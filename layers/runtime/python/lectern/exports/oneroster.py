"""OneRoster 1.2 results as a zip of CSV: manifest.csv, lineItems.csv and results.csv.

Source: 1EdTech OneRoster CSV Binding 1.2.1 (imsglobal.org/spec/oneroster/v1p2/bind/csv). The files are `delta`, so that
nothing that the receiver has goes away. Columns named `metadata.…` are the binding's way to say more. The same grades
give the same bytes: the archive holds no time but those of the grades, and isn't compressed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import NAMESPACE_URL, uuid5

from lectern import cells
from lectern.errors import InvalidRequest
from lectern.exports.archive import Part, archive
from lectern.exports.grade import ExportedGrade
from lectern.exports.oneroster_read import read

__all__ = ["FILES", "LINE_ITEMS", "RESULTS", "Roster", "read", "write"]

RESULTS = (
    *("sourcedId", "status", "dateLastModified", "lineItemSourcedId", "studentSourcedId", "scoreStatus", "score"),
    *("scoreDate", "comment", "textScore", "classSourcedId", "inProgress", "incomplete", "late", "missing"),
    *("metadata.attempt", "metadata.questionId"),
)
LINE_ITEMS = (
    *("sourcedId", "status", "dateLastModified", "title", "description", "assignDate", "dueDate", "classSourcedId"),
    *("categorySourcedId", "academicSessionSourcedId", "resultValueMin", "resultValueMax", "schoolSourcedId"),
    "metadata.questionId",
)
FILES = (
    *("academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics"),
    *("enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources"),
    *("resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles"),
    *("userResources", "users"),
)


@dataclass(frozen=True)
class Roster:
    """Where line items belong in the school's information system, which must know these: its sourcedIds and dates.

    A grade's class_id and student_id have to be sourcedIds there, too.
    """

    school: str
    session: str
    category: str
    assigned: date
    due: date


def write(grades: Iterable[ExportedGrade], roster: Roster) -> Iterator[bytes]:
    """The archive, piece by piece; holds no more than the line items. Wants one attempt per student (`last_attempts`).

    Raises InvalidRequest for a grade without a readable time, or whose question had other points before.
    """
    items: dict[str, _LineItem] = {}
    yield from archive(
        [
            Part("manifest.csv", _manifest()),
            Part("results.csv", _results(grades, items)),
            Part("lineItems.csv", _line_items(items, roster)),
        ]
    )


@dataclass
class _LineItem:
    grade: ExportedGrade
    changed: datetime


def _manifest() -> Iterator[bytes]:
    ours = {"lineItems": "delta", "results": "delta"}
    rows = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", "1.2")]
    rows += [(f"file.{name}", ours.get(name, "absent")) for name in FILES]
    rows += [("source.systemName", "Lectern"), ("source.systemCode", "lectern")]
    return (cells.line(row) for row in rows)


def _results(grades: Iterable[ExportedGrade], items: dict[str, _LineItem]) -> Iterator[bytes]:
    yield cells.line(RESULTS)
    for grade in grades:
        at, item = _time(grade), _identity(grade.class_id, grade.question_id)
        known = items.setdefault(item, _LineItem(grade, at))
        known.changed = max(known.changed, at)
        if known.grade.max_score != grade.max_score:
            raise InvalidRequest(f"Question {grade.question_id[:50]!r} has grades of two scales; regrade it first.")
        yield cells.line(_result(grade, at, item))


def _result(grade: ExportedGrade, at: datetime, item: str) -> list[str]:
    identity = _identity(grade.class_id, grade.question_id, grade.student_id)
    status = "partially graded" if grade.status == "review" else "fully graded"
    told = [grade.student_id, status, cells.number(grade.score), at.date().isoformat(), grade.comment]
    flags = ["false"] * 4
    row = [identity, "active", _stamp(at), item, *told, grade.label, grade.class_id, *flags]
    return [*row, str(grade.attempt), grade.question_id]


def _line_items(items: dict[str, _LineItem], roster: Roster) -> Iterator[bytes]:
    yield cells.line(LINE_ITEMS)
    for identity, item in items.items():
        grade = item.grade
        title = " ".join(grade.title.split()) or grade.question_id
        dates = [roster.assigned.isoformat(), roster.due.isoformat()]
        place = [grade.class_id, roster.category, roster.session, "0", cells.number(grade.max_score), roster.school]
        row = [identity, "active", _stamp(item.changed), title, "", *dates, *place, grade.question_id]
        yield cells.line(row)


def _identity(*parts: str) -> str:
    """A sourcedId that is the same in every export."""
    return str(uuid5(NAMESPACE_URL, "lectern:" + "\x1f".join(parts)))


def _time(grade: ExportedGrade) -> datetime:
    try:
        at = datetime.fromisoformat(grade.at)
    except ValueError:
        raise InvalidRequest(f"A grade of question {grade.question_id[:50]!r} has no readable time.") from None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
