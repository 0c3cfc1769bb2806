"""The service: the same answers as over HTTP, by the same code."""

import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

from infra.local.rpc.messages import answered, asked
from infra.local.rpc.schema import SERVICE, message, service
from infra.local.tasks import tasks_by_model
from lectern import __version__
from lectern.call import Call
from lectern.directory import Directory
from lectern.directory import shared as shared_directory
from lectern.errors import LecternError, NotFound, Unavailable, UnknownRelease
from lectern.models import shared as shared_models
from lectern.principal import DEVELOPMENT
from lectern.problem import status, told
from lectern.protocol import EXTENSIONS
from lectern.protocol.described import described
from lectern.protocol.infer import infer
from lectern.release import Release
from lectern.settings import settings
from lectern.telemetry import record_call, unexpected

THREADS = 4

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.RESOURCE_EXHAUSTED,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
"""By the status that HTTP would have."""

Answer = Callable[[Any, Any], Any]


@contextmanager
def grpc_server(port: int, directory: Callable[[], Directory] = shared_directory) -> Iterator[int]:
    """Serve on 127.0.0.1; yields the port, a free one for 0. Raises OSError where it is taken."""
    most = settings().max_body_bytes
    options = [("grpc.max_receive_message_length", most), ("grpc.so_reuseport", 0)]
    server = grpc.server(ThreadPoolExecutor(THREADS), options=options)
    server.add_generic_rpc_handlers((_handler(_Service(directory)),))
    try:
        bound = server.add_insecure_port(f"127.0.0.1:{port}")
    except RuntimeError as error:
        raise OSError(None, "gRPC can't be served there", f"port {port}") from error
    server.start()
    try:
        yield bound
    finally:
        server.stop(grace=None).wait()


class _Service:
    """A method of the service each, by its name."""

    def __init__(self, directory: Callable[[], Directory]) -> None:
        self._directory = directory

    def ServerLive(self, request: Any, call: Call) -> Any:  # noqa: N802  # the protocol's name, as all of these
        return message("ServerLiveResponse")(live=True)

    def ServerReady(self, request: Any, call: Call) -> Any:  # noqa: N802
        return message("ServerReadyResponse")(ready=_holds(self._directory().ready))

    def ModelReady(self, request: Any, call: Call) -> Any:  # noqa: N802
        return message("ModelReadyResponse")(ready=_holds(lambda: self._release(request)))

    def ServerMetadata(self, request: Any, call: Call) -> Any:  # noqa: N802
        return message("ServerMetadataResponse")(name="lectern", version=__version__, extensions=EXTENSIONS)

    def ModelMetadata(self, request: Any, call: Call) -> Any:  # noqa: N802
        manifest = self._release(request).manifest
        document = described(manifest, self._directory().standing(manifest.model))
        return message("ModelMetadataResponse")(**document.model_dump())

    def ModelInfer(self, request: Any, call: Call) -> Any:  # noqa: N802
        task = tasks_by_model().get(request.model_name)
        if task is None:
            raise UnknownRelease("No function here answers for this model.")
        return answered(request, infer(task, asked(request), call, shared_models()))

    def _release(self, request: Any) -> Release:
        directory = self._directory()
        return directory.release(request.name, request.version) if request.version else directory.live(request.name)


def _holds(found: Callable[[], object]) -> bool:
    """Whether it is there and verified; over HTTP the status says it."""
    try:
        found()
    except (NotFound, Unavailable):
        return False
    return True


def _handler(served: _Service) -> Any:
    methods = {method.name: _method(method, getattr(served, method.name)) for method in service().methods}
    return grpc.method_handlers_generic_handler(SERVICE, methods)


def _method(method: Any, answer: Answer) -> Any:
    def handle(request: Any, context: Any) -> Any:
        left = context.time_remaining()
        deadline = None if left is None else time.monotonic() + left
        call = Call(DEVELOPMENT, str(uuid.uuid4()), student=DEVELOPMENT.subject, deadline=deadline)
        outcome = _outcome(answer, request, call)
        record_call("grpc", method.name, call, outcome)
        if isinstance(outcome, LecternError):
            context.abort(_CODES.get(status(outcome)[0], grpc.StatusCode.INTERNAL), told(outcome))
        return outcome

    read = message(method.input_type.name).FromString
    return grpc.unary_unary_rpc_method_handler(handle, read, lambda response: response.SerializeToString())


def _outcome(answer: Answer, request: Any, call: Call) -> Any:
    try:
        return answer(request, call)
    except LecternError as error:
        return error
    except Exception as error:
        return unexpected("grpc", call, error)
