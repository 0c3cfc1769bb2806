"""Several functions as one: a request or an event goes to its function's own application, imported only then."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from lectern.errors import InvalidRequest
from lectern.http.bare import bare_app
from lectern.http.gateway import Handler, create_api_handler
from lectern.http.handler import preload
from lectern.models import Models, shared
from lectern.task import Task

Places = Mapping[str, Sequence[str]]
"""By a function's name the paths that are its own, with everything below them."""


@dataclass(frozen=True)
class Member:
    """A function among several."""

    task: Task
    app: FastAPI
    handler: Handler


Members = Callable[[str], Member]
"""A member by its name. Asking for it imports it, so each is asked for when its first request comes."""


def together_app(name: str, places: Places, members: Members, models: Callable[[], Models] = shared) -> FastAPI:
    """One application of several; its OpenAPI document has the routes of all."""
    app = bare_app(name)
    app.add_api_route("/healthz", _health(places, members, models), methods=["GET"], name="health", response_model=None)
    app.openapi = _document(app, places, members)  # type: ignore[method-assign]  # FastAPI's own way to another document
    app.mount("", _by_path(places, members))
    return app


def together_handler(app: FastAPI, places: Places, members: Members, first: Collection[str] = ()) -> Handler:
    """The Lambda handler: an event that is no HTTP event names its `task`, and is else what that function takes.

    The releases of the members in `first` are loaded now.
    """
    for name in first:
        preload(members(name).task)

    def on_event(event: dict[str, Any], context: Any) -> dict[str, Any]:
        name = event.get("task")
        if not isinstance(name, str) or name not in places:
            raise InvalidRequest(f"The event must name its task: {', '.join(places)}.")
        return members(name).handler({key: value for key, value in event.items() if key != "task"}, context)

    return create_api_handler(app, on_event)


def owner(places: Places, path: str) -> str | None:
    """The function whose own a path is."""
    found = ((name, place) for name, own in places.items() for place in own)
    return next((name for name, place in found if path == place or path.startswith(f"{place}/")), None)


def _by_path(places: Places, members: Members) -> ASGIApp:
    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        name = owner(places, scope.get("path", ""))
        if name is None:
            raise HTTPException(404)
        await members(name).app(scope, receive, send)

    return chosen


def _health(places: Places, members: Members, models: Callable[[], Models]) -> Callable[[], dict[str, Any]]:
    """Every member's model, one after another, so that no more is loaded at a time than has room."""

    def healthz() -> dict[str, Any]:
        found = {}
        for name in places:
            release = models().get(models().resolve(members(name).task.model, None)).release
            found[release.manifest.model] = {"version": release.manifest.version, "digest": release.digest}
        return {"status": "ready", "models": found}

    return healthz


def _document(app: FastAPI, places: Places, members: Members) -> Callable[[], dict[str, Any]]:
    def openapi() -> dict[str, Any]:
        found = (route for name in places for route in members(name).app.routes if isinstance(route, APIRoute))
        routes = [route for route in found if owner(places, route.path)]
        return get_openapi(title=app.title, version=app.version, routes=[*app.routes, *routes])

    return openapi
