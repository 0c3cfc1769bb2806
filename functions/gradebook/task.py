"""What the routes of grades do."""

from typing import Any

from functions.gradebook.incoming import book, named
from functions.gradebook.schemas import ApproveRequest, CommentRequest, OverrideRequest
from functions.gradebook.views import GradeList, GradeView, History
from lectern.errors import FieldError, InvalidRequest
from lectern.gradebook import Choice, Grade, Ruling, Wanted
from lectern.gradebook.documents import DECIDED, WAITING
from lectern.gradebook.keys import grade_id, place_of
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.validation import validate

STATUSES = ("confident", *WAITING, *DECIDED)


def list_grades(asked: Asked) -> GradeList:
    """A page of a class's grades, of one question, student or status if the query says so."""
    query = {name: asked.query.get(name, "") for name in ("question_id", "student_id", "status")}
    if query["status"] not in ("", *STATUSES):
        raise InvalidRequest("No such status.", (FieldError(("query", "status"), f"is none of {', '.join(STATUSES)}"),))
    wanted = Wanted(named(asked, "class_id"), **query)
    page = book().page(asked.tenant, wanted, limit_of(asked), asked.query.get("cursor"))
    return GradeList(grades=[view(grade) for grade in page.grades], cursor=page.cursor)


def get_grade(asked: Asked) -> GradeView:
    """The grade that counts."""
    return view(book().get(asked.tenant, place_of(asked.path["grade_id"])))


def get_history(asked: Asked) -> History:
    """How the grade came about, page by page."""
    place, cursor = place_of(asked.path["grade_id"]), asked.query.get("cursor")
    page = book().revisions(asked.tenant, place, limit_of(asked), cursor)
    return History(revisions=[view(grade) for grade in page.grades], cursor=page.cursor)


def approve(asked: Asked) -> GradeView:
    """The grader's points are right."""
    request = validate(ApproveRequest, asked.body)
    return _decide(asked, request.revision, kind="approved", reason=request.reason)


def override(asked: Asked) -> GradeView:
    """Other points."""
    request = validate(OverrideRequest, asked.body)
    return _decide(asked, kind="overridden", **request.model_dump())


def comment(asked: Asked) -> GradeView:
    """A remark."""
    request = validate(CommentRequest, asked.body)
    return _decide(asked, request.revision, kind="commented", reason=request.text)


def view(grade: Grade) -> GradeView:
    """A grade as it is shown."""
    machine = grade.machine.model_dump(exclude={"model", "score"})
    own = grade.model_dump(include=set(GradeView.model_fields))
    shown = {"grade_id": grade_id(grade.place), "score": grade.score, "machine_score": grade.machine.score}
    return GradeView.model_validate(own | machine | shown | {"graded_by": grade.machine.model})


def no_event(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """The gradebook is asked over HTTP alone."""
    raise InvalidRequest("The gradebook takes HTTP events only.")


def _decide(asked: Asked, revision: int, **ruling: Any) -> GradeView:
    choice = Choice(place_of(asked.path["grade_id"]), revision)
    return view(book().decide_one(asked.call.principal, choice, validate(Ruling, ruling)))
