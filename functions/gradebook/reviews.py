"""What the routes of the review queue do."""

import json
from collections.abc import Iterable, Iterator

from functions.gradebook.incoming import book, named
from functions.gradebook.schemas import DecideRequest
from functions.gradebook.views import (
    AgreementView,
    Decided,
    DecidedGrade,
    DecisionsView,
    GroupView,
    ReviewList,
    Waiting,
)
from lectern.errors import FieldError, InvalidRequest
from lectern.gradebook import Choice, Grade, Ruling
from lectern.gradebook.adapting import decisions
from lectern.gradebook.agreement import agreement
from lectern.gradebook.keys import grade_id, place_of
from lectern.gradebook.reviews import Group, after, decide_group, queue
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.validation import validate

MOST_BYTES = 4_000_000
MOST_WORDINGS = 20


def list_reviews(asked: Asked) -> ReviewList:
    """The groups that wait in a class, the most valuable first."""
    class_id = asked.query.get("class_id", "")
    if not class_id:
        raise InvalidRequest("Which class?", (FieldError(("query", "class_id"), "is required"),))
    found, cursor = queue(book(), asked.tenant, class_id, asked.query.get("question_id", "")), asked.query.get("cursor")
    left = list(after(found, cursor)) if cursor else found
    shown = list(_fitting(map(_view, left[: limit_of(asked)])))
    onward = left[len(shown) - 1].cursor if len(shown) < len(left) else None
    grades = sum(len(group.grades) for group in found)
    return ReviewList(groups=shown, waiting=len(found), grades=grades, cursor=onward)


def decide(asked: Asked) -> Decided:
    """One ruling on several grades; the revisions that were seen keep a repeat, or a second teacher, from harm."""
    request = validate(DecideRequest, asked.body)
    ruling = validate(Ruling, request.model_dump(include=set(Ruling.model_fields)))
    who, group = asked.call.principal, request.group
    if group:
        done = decide_group(book(), who, group.class_id, group.question_id or "", group.group_id, ruling)
    else:
        done = book().decide(who, [Choice(place_of(one.grade_id), one.revision) for one in request.grades], ruling)
    return Decided(decided=[_decided(g) for g in done.grades], conflicts=[grade_id(p) for p in done.conflicts])


def get_agreement(asked: Asked) -> AgreementView:
    """How far grader and teachers agree in a class."""
    found = agreement(book().grades(asked.tenant, named(asked, "class_id")))
    return AgreementView(**found.model_dump())


def get_decisions(asked: Asked) -> DecisionsView:
    """What teachers gave for a question, as its pack can be fitted to."""
    found = decisions(book(), asked.tenant, named(asked, "question_id"), asked.query.get("class_id", ""))
    return DecisionsView(**found.model_dump())


def _fitting(views: Iterable[GroupView]) -> Iterator[GroupView]:
    """The first ones that a response has room for; one at least."""
    size = 0
    for view in views:
        before, size = size, size + len(json.dumps(view.model_dump(mode="json")))
        if before and size > MOST_BYTES:
            return
        yield view


def _decided(grade: Grade) -> DecidedGrade:
    return DecidedGrade(grade_id=grade_id(grade.place), revision=grade.revision, status=grade.status, score=grade.score)


def _view(group: Group) -> GroupView:
    first = group.grades[0]
    asked = first.model_dump(include={"question_id", "question", "references", "max_score", "step"})
    return GroupView(
        group_id=group.id,
        value=group.value,
        label=first.machine.label,
        wordings=list(group.wordings[:MOST_WORDINGS]),
        grades=[_waiting(grade) for grade in group.grades],
        **asked,
    )


def _waiting(grade: Grade) -> Waiting:
    return Waiting(
        grade_id=grade_id(grade.place),
        revision=grade.revision,
        student_id=grade.student_id,
        attempt=grade.attempt,
        score=grade.machine.score,
        confidence=grade.machine.confidence,
        warnings=list(grade.machine.warnings),
        sampled=grade.sampled,
    )
