"""The functions on http://127.0.0.1 by uvicorn, beside a local AWS that works jobs off."""

import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from importlib.util import find_spec

import click
from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.choices import read_functions
from infra.local.aws import check_free, in_environment
from infra.local.environment import ensure_live, use_local_settings
from infra.local.heavy import heavy_endpoint
from infra.openapi.page import page_app
from model_store.catalogue import EMBEDDED

SETTINGS = {"LECTERN_PRELOAD": "true", "LECTERN_LOG_LEVEL": "INFO"}


def serve_functions(port: int, grpc_port: int | None = None) -> None:
    """Serve until stopped; the model is ready before the port opens. gRPC is beside it, unless its port is 0.

    Raises OSError where a port is taken that was asked for; without gRPC's, it is the next one, if nobody has it.
    """
    import uvicorn

    from infra.local.jobs import local_jobs

    check_free(port)
    use_local_settings(**SETTINGS)
    for name in EMBEDDED:
        ensure_live(name, lambda text: click.echo(text, err=True))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # else uvicorn ends us before what we started
    with ExitStack() as stack:
        heavy, _ = stack.enter_context(heavy_endpoint())
        stack.enter_context(local_jobs(1))
        stack.enter_context(in_environment({**heavy, "LECTERN_PRELOAD": "true"}))
        told = _start_grpc(stack, port + 1 if grpc_port is None else grpc_port, asked=grpc_port is not None)
        click.echo(f"Lectern on http://127.0.0.1:{port} (OpenAPI at /docs){told}; stop with Ctrl-C", err=True)
        uvicorn.run(whole_api(), host="127.0.0.1", port=port, log_level="warning")


def _start_grpc(stack: ExitStack, port: int, asked: bool) -> str:
    """Serve the Open Inference Protocol over gRPC as long as the stack is there; what to tell of it."""
    if port == 0 or (not asked and find_spec("grpc") is None):
        return ""
    from infra.local.rpc.server import grpc_server

    try:
        return f", gRPC on 127.0.0.1:{stack.enter_context(grpc_server(port))}"
    except OSError:
        if asked:
            raise
        return f", no gRPC (port {port} is taken)"


def whole_api() -> ASGIApp:
    """Every function's application behind one address, as API Gateway has one."""
    functions = read_functions()
    names = sorted(functions, key=lambda name: not functions[name].owns)  # shared routes are their owner's
    return by_route([page_app(), *(import_module(f"functions.{name}.handler").app for name in names)])


def by_route(apps: Sequence[FastAPI]) -> ASGIApp:
    """One application of several: as in API Gateway, the one whose route says most of the path, else the first."""
    routes = [(route, app) for app in apps for route in app.routes if isinstance(route, Route)]
    places = [(route.path_regex, app) for route, app in sorted(routes, key=lambda found: _vagueness(found[0]))]

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        app = next((app for pattern, app in places if pattern.match(path)), apps[0])
        await app(scope, receive, send)

    return chosen


def _vagueness(route: Route) -> tuple[bool, int]:
    """Routes that take any end of a path come last, and before them those with more parameters."""
    return route.path.endswith(":path}"), len(route.param_convertors)


def wait_until_stopped() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
