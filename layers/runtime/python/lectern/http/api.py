"""A function without a model as a FastAPI application: a list of routes, each a plain function of an `Asked`."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from typing import Any

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from lectern.call import Call
from lectern.errors import LecternError
from lectern.http.bare import bare_app, problem_response
from lectern.http.direct import Endpoint, add_direct
from lectern.http.incoming import JSON, in_lambda, open_call, read_body
from lectern.http.incoming import request_id as id_of
from lectern.principal import NOBODY, TEACHERS, require
from lectern.protocol.failure import speaks
from lectern.telemetry import record_call, unexpected


@dataclass(frozen=True)
class Asked:
    """What a route's function is given: who asks, the path's and the query's parameters, the body's bytes."""

    call: Call
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def tenant(self) -> str:
        """The caller's."""
        return self.call.principal.tenant


@dataclass(frozen=True)
class Raw:
    """An answer that is not JSON: a report, a file to download."""

    content: bytes
    media_type: str
    file_name: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


Answer = BaseModel | Raw
Act = Callable[[Asked], Answer]


@dataclass(frozen=True)
class Route:
    """`act` validates the body itself (lectern.validation), by `request` where it has one. It raises LecternErrors.

    `takes` are the body's media types ('' is for callers that name none), `gives` those of the answer; `parameters` the
    names in the query, and of headers, that it reads. `teachers`: nobody else is let in.
    """

    method: str
    path: str
    act: Act
    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    status: int = 200
    takes: tuple[str, ...] = (JSON,)
    gives: tuple[str, ...] = (JSON,)
    parameters: tuple[str, ...] = ()
    teachers: bool = False


def for_teachers(routes: Sequence[Route]) -> list[Route]:
    """The same routes, closed to callers without a teacher's role (Forbidden)."""

    def closed(act: Act) -> Act:
        @wraps(act)
        def checked(asked: Asked) -> Answer:
            require(asked.call.principal, TEACHERS)
            return act(asked)

        return checked

    return [replace(route, act=closed(route.act), teachers=True) for route in routes]


def create_api(name: str, routes: Sequence[Route]) -> FastAPI:
    """The application of the function `name`."""
    app = bare_app(name)
    add_routes(app, name, routes)
    return app


def add_routes(app: FastAPI, name: str, routes: Sequence[Route]) -> None:
    """Serve routes beside those that the application of the function `name` has."""
    describe(app, routes)
    for route in routes:
        add_direct(app, route.method, route.path, _endpoint(name, route), partial(_told, route))


def describe(app: FastAPI, routes: Sequence[Route]) -> None:
    """Keep what is said of routes with the application: the document about the whole API is made of it."""
    app.state.described = [*getattr(app.state, "described", ()), *routes]


def _endpoint(name: str, route: Route) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        call = Call(NOBODY, id_of(request))
        try:
            call = open_call(request)
            body = await read_body(request, route.takes) if route.request else b""
        except LecternError as error:
            return _respond(name, route, call, error)
        asked = Asked(call, dict(request.path_params), dict(request.query_params), dict(request.headers), body)
        if in_lambda(request):
            return _respond(name, route, call, _outcome(name, route, asked))
        return _respond(name, route, call, await run_in_threadpool(_outcome, name, route, asked))

    return endpoint


def _outcome(name: str, route: Route, asked: Asked) -> Answer | LecternError:
    try:
        with asked.call.stage("act"):
            return route.act(asked)
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected(name, asked.call, error)


def _respond(name: str, route: Route, call: Call, outcome: Answer | LecternError) -> Response:
    record_call(name, route.path, call, outcome)
    if isinstance(outcome, LecternError):
        return problem_response(outcome, call.request_id, route.path)
    if isinstance(outcome, Raw):
        told = {"Content-Disposition": f'attachment; filename="{outcome.file_name}"'} if outcome.file_name else {}
        return Response(outcome.content, route.status, {**told, **outcome.headers}, outcome.media_type)
    document = outcome.model_dump(mode="json")
    own = {} if speaks(route.path) else {"request_id": call.request_id}
    return Response(json.dumps(document | own), route.status, media_type="application/json")


def _told(route: Route) -> dict[str, Any]:
    told: dict[str, Any] = {"status_code": route.status, "response_model": route.response}
    if route.request is None:
        return told
    schema = route.request.model_json_schema()
    return told | {"openapi_extra": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}
