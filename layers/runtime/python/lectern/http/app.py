"""A task as a FastAPI application: its route, the Open Inference Protocol's for its models, and its health."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from lectern.call import Call
from lectern.errors import LecternError
from lectern.http.api import Asked, Route, add_routes, describe
from lectern.http.bare import PROBLEM_MEDIA_TYPE, bare_app, problem_response
from lectern.http.direct import Endpoint, add_direct
from lectern.http.incoming import in_lambda, open_call, read_body, request_id
from lectern.http.inference import inference_routes
from lectern.models import Models, shared
from lectern.pipeline import answer
from lectern.principal import NOBODY
from lectern.schemas import Response as Answer
from lectern.task import Task
from lectern.telemetry import record, unexpected

_DOCUMENTED = (400, 401, 404, 413, 415, 422, 503, 504)


def create_app(task: Task, models: Callable[[], Models] = shared) -> FastAPI:
    """The application of one task; `models` is asked at each request, so that creating it loads nothing."""
    app = bare_app(task.name)
    add_direct(app, "POST", task.route, _answering(task, models), partial(_told, task))
    describe(app, [_described(task)])
    add_routes(app, task.name, inference_routes(task, models))
    app.add_api_route("/healthz", _health(task, models), methods=["GET"], name="health", response_model=None)
    return app


def _described(task: Task) -> Route:
    """The task's route as the document about the API shows it; `act` lends its words alone."""

    def act(asked: Asked) -> Answer:
        raise NotImplementedError

    act.__doc__ = task.response.__doc__
    return Route("POST", task.route, act, task.request, task.response)


def _answering(task: Task, models: Callable[[], Models]) -> Endpoint:
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


def _outcome(task: Task, body: bytes, call: Call, models: Callable[[], Models]) -> Answer | LecternError:
    try:
        return answer(task, body, call, models())
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected(task.name, call, error)


def _respond(task: Task, call: Call, outcome: Answer | LecternError) -> Response:
    record(task.name, [call], [outcome])
    if isinstance(outcome, LecternError):
        return problem_response(outcome, call.request_id)
    return Response(outcome.model_dump_json(), media_type="application/json")


def _health(task: Task, models: Callable[[], Models]) -> Callable[[], dict[str, Any]]:
    def healthz() -> dict[str, Any]:
        release = models().get(models().resolve(task.model, None)).release
        manifest = release.manifest
        return {"status": "ready", "model": manifest.model, "version": manifest.version, "digest": release.digest}

    return healthz


def _told(task: Task) -> dict[str, Any]:
    """For OpenAPI; the body itself is validated by the pipeline, the same for every entrance."""
    schema = task.request.model_json_schema()
    return {
        "name": task.name,
        "response_model": task.response,
        "responses": {code: {"content": {PROBLEM_MEDIA_TYPE: {}}} for code in _DOCUMENTED},
        "openapi_extra": {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}},
    }
