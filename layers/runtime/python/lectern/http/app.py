"""A task as a FastAPI application: its route, its health, and every error as a problem document."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from lectern import __version__
from lectern.call import Call
from lectern.errors import LecternError, Unavailable
from lectern.http.incoming import in_lambda, open_call, read_body, request_id
from lectern.models import Models, shared
from lectern.pipeline import answer
from lectern.principal import NOBODY
from lectern.problem import RETRY_AFTER_SECONDS, problem, status
from lectern.settings import settings
from lectern.task import Task
from lectern.telemetry import Outcome, record, unexpected

PROBLEM_MEDIA_TYPE = "application/problem+json"
_DOCUMENTED = (400, 401, 404, 413, 415, 422, 503, 504)


def bare_app(name: str) -> FastAPI:
    """A function's application before its routes: documentation where settings say so, errors as problem documents."""
    docs = settings().docs
    return FastAPI(
        title=f"Lectern: {name}",
        version=__version__,
        docs_url="/docs" if docs else None,
        openapi_url="/openapi.json" if docs else None,
        redoc_url=None,
        exception_handlers={LecternError: refused, HTTPException: unrouted},
    )


def create_app(task: Task, models: Callable[[], Models] = shared) -> FastAPI:
    """The application of one task; `models` is asked at each request, so that creating it loads nothing."""
    app = bare_app(task.name)
    app.add_api_route(
        task.route,
        _answering(task, models),
        methods=["POST"],
        name=task.name,
        response_model=task.response,
        responses={code: {"content": {PROBLEM_MEDIA_TYPE: {}}} for code in _DOCUMENTED},
        openapi_extra=_request_body(task),
    )
    app.add_api_route("/healthz", _health(task, models), methods=["GET"], name="health", response_model=None)
    return app


def _answering(task: Task, models: Callable[[], Models]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        call = Call(NOBODY, request_id(request))
        try:
            call, body = open_call(request), await read_body(request)
        except LecternError as error:
            return _respond(task, call, error)
        if in_lambda(request):
            return _respond(task, call, _outcome(task, body, call, models))
        return _respond(task, call, await run_in_threadpool(_outcome, task, body, call, models))

    return endpoint


def _outcome(task: Task, body: bytes, call: Call, models: Callable[[], Models]) -> Outcome:
    try:
        return answer(task, body, call, models())
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected(task.name, call, error)


def _respond(task: Task, call: Call, outcome: Outcome) -> Response:
    record(task, [call], [outcome])
    if isinstance(outcome, LecternError):
        return problem_response(outcome, call.request_id)
    return Response(outcome.model_dump_json(), media_type="application/json")


def _health(task: Task, models: Callable[[], Models]) -> Callable[[], dict[str, Any]]:
    def healthz() -> dict[str, Any]:
        release = models().get(models().resolve(task.model, None)).release
        manifest = release.manifest
        return {"status": "ready", "model": manifest.model, "version": manifest.version, "digest": release.digest}

    return healthz


def problem_response(error: LecternError, call_id: str) -> Response:
    """An error as a problem document; what may be tried again says when."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} if isinstance(error, Unavailable) else {}
    return JSONResponse(problem(error, call_id), status(error)[0], headers, PROBLEM_MEDIA_TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """Our own errors, wherever they were raised."""
    assert isinstance(error, LecternError)
    return problem_response(error, request_id(request))


async def unrouted(request: Request, error: Exception) -> Response:
    """No such path or method: what the framework itself answers."""
    assert isinstance(error, HTTPException)
    document = {
        "type": "about:blank",
        "title": HTTPStatus(error.status_code).phrase,
        "status": error.status_code,
        "detail": "Lectern has no such path, or not with this method.",
        "request_id": request_id(request),
    }
    return JSONResponse(document, error.status_code, error.headers, PROBLEM_MEDIA_TYPE)


def _request_body(task: Task) -> dict[str, Any]:
    """The request's schema for OpenAPI; the body itself is validated by the pipeline, the same for every entrance."""
    schema = task.request.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
