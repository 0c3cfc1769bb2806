"""SageMaker's container contract by LitServe: /invocations, and a /ping that says 503 until the release is warm.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import os
import signal
from collections.abc import Mapping

import litserve
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from litserve.utils import WorkerSetupStatus
from starlette.exceptions import HTTPException

from functions.heavy.endpoint.api import EndpointApi, refusal
from functions.heavy.endpoint.config import EndpointSettings
from functions.heavy.endpoint.gate import Gate, refuse
from lectern.errors import FieldError, InvalidRequest, MalformedJson


class EndpointServer(litserve.LitServer):
    """LitServe with its port open from the start: it would else answer nothing, not even 503, until it is warm.

    A worker that can't set up, or dies, ends the server, and with it the container.
    """

    def verify_worker_status(self) -> None:
        """Wait for nobody."""


def create_server(config: EndpointSettings) -> EndpointServer:
    """The server of one endpoint; nothing is loaded before it runs."""
    server = EndpointServer(
        EndpointApi(config),
        timeout=config.seconds,
        healthcheck_path="/ping",
        disable_openapi_url=True,
    )
    server.uvicorn_graceful_timeout = 5
    statuses = Readiness(server)
    server.app.add_middleware(Gate, path=config.path, ready=statuses.ready, most=config.waiting, seconds=config.seconds)
    server.app.add_exception_handler(RequestValidationError, unreadable)
    server.app.add_exception_handler(HTTPException, failed)
    return server


class Readiness:
    """Whether every worker is warm; asked of another process until it is so once, since a dead worker ends us all."""

    def __init__(self, server: EndpointServer) -> None:
        self._server, self._known = server, False

    def ready(self) -> bool:
        """See the class."""
        if not self._known:
            found: Mapping[str, str] = dict(self._server.workers_setup_status)
            self._known = bool(found) and set(found.values()) == {WorkerSetupStatus.READY}
        return self._known


async def unreadable(_: Request, error: Exception) -> Response:
    """A body that is no `Asked`, told without repeating it."""
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if faults[0]["type"] == "json_invalid":
        return refusal(MalformedJson("The body is not JSON."))
    found = tuple(FieldError(tuple(fault["loc"]), fault["msg"]) for fault in faults[:20])
    return refusal(InvalidRequest(f"{len(faults)} of the request's fields can't be accepted.", found))


async def failed(_: Request, error: Exception) -> Response:
    """What FastAPI or LitServe refuses by themselves: bytes that are no text, a request whose time is over."""
    assert isinstance(error, HTTPException)
    return refuse(error.status_code, str(error.detail))


def run(config: EndpointSettings) -> None:
    """Serve until SIGTERM or SIGINT; LitServe would leave its processes behind at a SIGTERM."""
    main = os.getpid()

    def stop(*_: object) -> None:
        raise KeyboardInterrupt if os.getpid() == main else SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    create_server(config).run(
        host=config.host, port=config.port, num_api_servers=1, generate_client_file=False, log_level="warning"
    )
