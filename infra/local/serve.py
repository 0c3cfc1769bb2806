"""The functions on http://127.0.0.1 by uvicorn, with their models in a local AWS."""

import signal
import threading
from collections.abc import Mapping

import click
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local.aws import check_free, in_environment, local_aws
from infra.local.environment import EMBEDDED, ensure_live, use_local_settings

GRADEBOOK = ("/v1/classes", "/v1/questions", "/v1/grades", "/v1/reviews", "/v1/regrades")


def serve_functions(port: int) -> None:
    """Serve until stopped; the model is ready before the port opens."""
    import uvicorn

    check_free(port)
    with local_aws() as variables, in_environment(variables):
        use_local_settings(LECTERN_DOCS="true", LECTERN_PRELOAD="true", POWERTOOLS_LOG_LEVEL="INFO")
        for name in EMBEDDED:
            ensure_live(name, lambda text: click.echo(text, err=True))
        from functions.essays.handler import app as essays
        from functions.gradebook.handler import app as gradebook
        from functions.grading.handler import app as grading

        apps: dict[str, ASGIApp] = {"/v1/essays": essays, **dict.fromkeys(GRADEBOOK, gradebook)}
        click.echo(f"Lectern on http://127.0.0.1:{port} (OpenAPI at /docs); stop with Ctrl-C", err=True)
        uvicorn.run(by_path(apps, grading), host="127.0.0.1", port=port, log_level="warning")


def by_path(apps: Mapping[str, ASGIApp], other: ASGIApp) -> ASGIApp:
    """One application of several, as API Gateway has one address: by the beginning of the path, else the `other`.

    The packs of questions, whose paths begin as questions do, are the `other`'s.
    """

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        fitting = () if path.endswith("/pack") else apps.items()
        app = next((app for prefix, app in fitting if path.startswith(prefix)), other)
        await app(scope, receive, send)

    return chosen


def wait_until_stopped() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
