"""The Lambda handler of a task, for three kinds of event: HTTP, items of a batch, and a job's chunk."""

from typing import Any

from fastapi import FastAPI

from lectern.errors import LecternError
from lectern.http.gateway import Handler, create_api_handler
from lectern.items import answer_event
from lectern.logs import Logger
from lectern.models import shared
from lectern.settings import settings
from lectern.task import Task


def create_handler(task: Task, app: FastAPI) -> Handler:
    """The handler of a function; where settings say so, the release is loaded before the first event."""
    if settings().preload:
        preload(task)

    def on_event(event: dict[str, Any], context: Any) -> dict[str, Any]:
        request_id = getattr(context, "aws_request_id", "")
        if "step" in event:
            from lectern.jobs.entrance import step_of
            from lectern.jobs.grade import grade_step

            return step_of(event, {"grade": grade_step(task, request_id)})
        return answer_event(task, event, request_id, shared())

    return create_api_handler(app, on_event)


def preload(task: Task) -> None:
    """Load the release; a function without one starts all the same, and says so at each request.

    What it saw of the alias is forgotten: a snapshot of this process may answer weeks later.
    """
    try:
        shared().get(shared().resolve(task.model, None))
    except LecternError as error:
        Logger(task.name).warning("not preloaded", reason=error.detail)
    shared().forget_aliases()
