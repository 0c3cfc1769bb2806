"""What the routes of regrades do."""

import time
import uuid
from typing import Any

from functions.gradebook.incoming import SECONDS, book
from functions.gradebook.schemas import RegradeBody
from functions.gradebook.views import ChangeView, RegradeView
from lectern.errors import StoreUnavailable
from lectern.gradebook.keys import Place, grade_id
from lectern.gradebook.regrades import Regrades, name_of
from lectern.gradebook.regrading import Change, Changes, Regrade, RegradeRequest
from lectern.http.api import Asked
from lectern.http.paging import limit_of
from lectern.principal import Principal
from lectern.services.functions import call_items
from lectern.settings import settings
from lectern.validation import validate


def preview(asked: Asked) -> RegradeView:
    """Grade again without changing anything; with the same Idempotency-Key the preview goes on where it was."""
    request = RegradeRequest(**validate(RegradeBody, asked.body).model_dump())
    key = asked.headers.get("idempotency-key", "") or str(uuid.uuid4())
    until = min(time.monotonic() + SECONDS, asked.call.deadline or float("inf"))
    name = name_of(asked.call.principal, key)
    regrade = _regrades().preview(asked.call.principal, request, name, lambda: time.monotonic() < until)
    return view(regrade, _regrades().changes(asked.tenant, name, limit_of(asked)))


def get_regrade(asked: Asked) -> RegradeView:
    """A regrade, and a page of what it changes."""
    name = asked.path["regrade_id"]
    regrade = _regrades().get(asked.tenant, name)
    return view(regrade, _regrades().changes(asked.tenant, name, limit_of(asked), asked.query.get("cursor")))


def apply(asked: Asked) -> RegradeView:
    """Write what the preview found; again, it changes nothing."""
    return view(_regrades().apply(asked.call.principal, asked.path["regrade_id"]), Changes([]))


def grade_items(who: Principal, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask the grading function; on one machine, which names none, in this process. Raises StoreUnavailable."""
    principal = {"tenant": who.tenant, "subject": who.subject, "roles": list(who.roles)}
    event = {"Items": items, "BatchInput": {"principal": principal}}
    config = settings()
    if config.grading_function:
        return call_items(config.grading_function, event)
    if config.environment != "local":
        raise StoreUnavailable("No grader is configured: LECTERN_GRADING_FUNCTION is the grading function's name.")
    from functions.grading.task import TASK
    from lectern.items import answer_event
    from lectern.models import shared

    return list(answer_event(TASK, event, "", shared())["Items"])


def view(regrade: Regrade, found: Changes) -> RegradeView:
    """A regrade and some of its changes as they are shown."""
    class_id = regrade.request.class_id
    known = regrade.model_dump(include=set(RegradeView.model_fields) - {"cursor"})
    changes = [_change(class_id, change) for change in found.changes]
    return RegradeView(regrade_id=regrade.id, **known, changes=changes, cursor=found.cursor)


def _regrades() -> Regrades:
    return Regrades(book(), grade_items)


def _change(class_id: str, change: Change) -> ChangeView:
    place = Place(class_id, change.question_id, change.student_id, change.attempt)
    known = change.model_dump(include=set(ChangeView.model_fields))
    return ChangeView(grade_id=grade_id(place), **known)
