"""PUT, GET and DELETE /v1/questions/{id}/pack, beside the route of the task that packs adapt."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from lectern.call import Call
from lectern.errors import FieldError, InvalidRequest, LecternError
from lectern.http.app import problem_response
from lectern.http.incoming import in_lambda, open_call, read_body, request_id
from lectern.models import Models
from lectern.models import shared as shared_models
from lectern.packs.repository import Packs
from lectern.packs.repository import shared as shared_packs
from lectern.packs.request import LONGEST_ID, PackFacts, PackRequest, facts
from lectern.packs.service import fit_pack
from lectern.principal import NOBODY
from lectern.task import Task
from lectern.telemetry import record, unexpected

PATH = "/v1/questions/{question_id:path}/pack"


class Erased(BaseModel):
    """How many versions of a question's pack there were."""

    erased: int


Act = Callable[[str, bytes, Call], BaseModel]
"""What a route does: question, body, call → the response."""


def add_pack_routes(
    app: FastAPI,
    task: Task,
    models: Callable[[], Models] = shared_models,
    packs: Callable[[], Packs] = shared_packs,
) -> None:
    """Serve the packs of a task's questions, for the caller's tenant alone."""

    def put(question: str, body: bytes, call: Call) -> PackFacts:
        return facts(fit_pack(task, question, body, call, models(), packs()))

    def get(question: str, body: bytes, call: Call) -> PackFacts:
        return facts(packs().get(call.principal.tenant, question))

    def delete(question: str, body: bytes, call: Call) -> Erased:
        return Erased(erased=packs().delete(call.principal.tenant, question))

    schema = {"requestBody": {"content": {"application/json": {"schema": PackRequest.model_json_schema()}}}}
    app.add_api_route(PATH, _endpoint(task, put), methods=["PUT"], response_model=PackFacts, openapi_extra=schema)
    app.add_api_route(PATH, _endpoint(task, get), methods=["GET"], response_model=PackFacts)
    app.add_api_route(PATH, _endpoint(task, delete), methods=["DELETE"], response_model=Erased)


def _endpoint(task: Task, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        call = Call(NOBODY, request_id(request))
        try:
            call, question = open_call(request), _question(request)
            body = await read_body(request) if request.method == "PUT" else b""
        except LecternError as error:
            return _respond(task, call, error)
        if in_lambda(request):
            return _respond(task, call, _outcome(task, act, question, body, call))
        return _respond(task, call, await run_in_threadpool(_outcome, task, act, question, body, call))

    return endpoint


def _question(request: Request) -> str:
    question = str(request.path_params["question_id"])
    if not 0 < len(question) <= LONGEST_ID:
        fault = FieldError(("path", "question_id"), f"must have 1 to {LONGEST_ID} characters; it has {len(question)}")
        raise InvalidRequest("The question's id can't be accepted.", (fault,))
    return question


def _outcome(task: Task, act: Act, question: str, body: bytes, call: Call) -> BaseModel | LecternError:
    try:
        return act(question, body, call)
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected(task.name, call, error)


def _respond(task: Task, call: Call, outcome: BaseModel | LecternError) -> Response:
    record(task, [call], [outcome])
    if isinstance(outcome, LecternError):
        return problem_response(outcome, call.request_id)
    return Response(outcome.model_dump_json(), media_type="application/json")
