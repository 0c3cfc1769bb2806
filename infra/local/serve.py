"""The functions on http://127.0.0.1 by uvicorn, beside a local AWS that works jobs off."""

import re
import signal
import sys
import threading
from collections.abc import Mapping

import click
from starlette.types import ASGIApp, Receive, Scope, Send

from infra.local.aws import check_free, in_environment
from infra.local.environment import EMBEDDED, ensure_live, use_local_settings
from infra.local.heavy import heavy_endpoint

SETTINGS = {"LECTERN_DOCS": "true", "LECTERN_PRELOAD": "true", "POWERTOOLS_LOG_LEVEL": "INFO"}


def serve_functions(port: int) -> None:
    """Serve until stopped; the model is ready before the port opens."""
    import uvicorn

    from infra.local.jobs import local_jobs

    check_free(port)
    use_local_settings(**SETTINGS)
    for name in EMBEDDED:
        ensure_live(name, lambda text: click.echo(text, err=True))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # else uvicorn ends us before what we started
    with heavy_endpoint() as (heavy, _), local_jobs(1), in_environment({**heavy, "LECTERN_PRELOAD": "true"}):
        click.echo(f"Lectern on http://127.0.0.1:{port} (OpenAPI at /docs); stop with Ctrl-C", err=True)
        uvicorn.run(whole_api(), host="127.0.0.1", port=port, log_level="warning")


def whole_api() -> ASGIApp:
    """Every function's application behind one address."""
    from functions.classify.handler import app as classify
    from functions.essays.handler import app as essays
    from functions.gradebook.handler import app as gradebook
    from functions.grading.handler import app as grading
    from functions.jobs.handler import app as jobs
    from functions.sentiment.handler import app as sentiment

    places = {
        r"/v1/(classify|schemes)\b": classify,
        r"/v1/sentiment\b": sentiment,
        r"/v1/essays": essays,
        r"/v1/questions/.+/pack$": grading,
        r"/v1/(jobs|uploads|schedules)\b": jobs,
        r"/v1/(classes|questions|grades|reviews|regrades|exports|imports)\b": gradebook,
    }
    return by_path(places, grading)


def by_path(apps: Mapping[str, ASGIApp], other: ASGIApp) -> ASGIApp:
    """One application of several, as API Gateway has one address: the first whose pattern fits the path, or `other`."""

    async def chosen(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        app = next((app for pattern, app in apps.items() if re.match(pattern, path)), other)
        await app(scope, receive, send)

    return chosen


def wait_until_stopped() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
