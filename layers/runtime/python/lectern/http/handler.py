"""One Lambda handler for three kinds of event: HTTP through Mangum, items of a batch, and a job's chunk."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from lectern.errors import LecternError
from lectern.http.app import PROBLEM_MEDIA_TYPE
from lectern.http.edge import through_edge
from lectern.items import answer_event
from lectern.models import shared
from lectern.settings import settings
from lectern.task import Task
from lectern.telemetry import logger

TEXT = ["application/json", PROBLEM_MEDIA_TYPE, "text/"]

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_handler(task: Task, app: FastAPI) -> Handler:
    """The handler of a function; where settings say so, the release is loaded before the first event."""
    http = through_edge(Mangum(app, lifespan="off", text_mime_types=TEXT))
    if settings().preload:
        _preload(task)

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        if _is_http(event):
            return http(event, context)
        request_id = getattr(context, "aws_request_id", "")
        if "step" in event:
            from lectern.jobs.entrance import grade_step, step_of

            return step_of(event, {"grade": grade_step(task, request_id)})
        return answer_event(task, event, request_id, shared())

    return handler


def create_api_handler(app: FastAPI, on_event: Handler) -> Handler:
    """The handler of a function without a model; `on_event` takes what is no HTTP event."""
    http = through_edge(Mangum(app, lifespan="off", text_mime_types=TEXT))

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return http(event, context) if _is_http(event) else on_event(event, context)

    return handler


def _is_http(event: Mapping[str, Any]) -> bool:
    context = event.get("requestContext")
    return isinstance(context, Mapping) and "http" in context


def _preload(task: Task) -> None:
    """Load the release; a function without one starts all the same, and says so at each request.

    What it saw of the alias is forgotten: a snapshot of this process may answer weeks later.
    """
    try:
        shared().get(shared().resolve(task.model, None))
    except LecternError as error:
        logger(task.name).warning("not preloaded", reason=error.detail)
    shared().forget_aliases()
