"""A Lambda handler: API Gateway's events through Mangum, what else there is to the function itself."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import FastAPI
from mangum import Mangum

from lectern.http.bare import PROBLEM_MEDIA_TYPE
from lectern.http.edge import through_edge

TEXT = ["application/json", PROBLEM_MEDIA_TYPE, "text/"]

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


def create_api_handler(app: FastAPI, on_event: Handler) -> Handler:
    """A handler that serves `app`; `on_event` takes what is no HTTP event."""
    http = through_edge(Mangum(app, lifespan="off", text_mime_types=TEXT))

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return http(event, context) if _is_http(event) else on_event(event, context)

    return handler


def _is_http(event: Mapping[str, Any]) -> bool:
    context = event.get("requestContext")
    return isinstance(context, Mapping) and "http" in context
