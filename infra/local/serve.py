"""The functions on http://127.0.0.1 by uvicorn, with their models in a local AWS."""

import signal
import threading

import click

from infra.local.aws import check_free, in_environment, local_aws
from infra.local.environment import ensure_live, use_local_settings


def serve_functions(port: int) -> None:
    """Serve until stopped; the model is ready before the port opens."""
    import uvicorn

    check_free(port)
    with local_aws() as variables, in_environment(variables):
        use_local_settings(LECTERN_DOCS="true", LECTERN_PRELOAD="true", POWERTOOLS_LOG_LEVEL="INFO")
        ensure_live("grading", lambda text: click.echo(text, err=True))
        from functions.grading.handler import app

        click.echo(f"Lectern on http://127.0.0.1:{port} (OpenAPI at /docs); stop with Ctrl-C", err=True)
        uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


def wait_until_stopped() -> None:
    """Return at Ctrl-C or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
