"""The heavy endpoint on this machine: its own server on the CPU, where boto3 looks for SageMaker's runtime.

It runs in processes of its own, begins with building and publishing its model, and nobody waits for it: until it is
warm, the functions fall back.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from infra.local.aws import CREDENTIALS
from infra.local.environment import ensure_live, use_local_settings

NAME = "lectern-heavy"
MODEL = "grading-large"
PATIENCE = 10
"""Seconds that it gets to end by itself."""

RAPID = {"LECTERN_ENDPOINT_WAIT": "0.001"}
"""On a CPU it brings nothing to wait for others."""


@contextmanager
def heavy_endpoint(model: str = MODEL) -> Iterator[tuple[dict[str, str], "subprocess.Popen[bytes]"]]:
    """Start the endpoint; yields the variables by which functions ask it, and its process."""
    port = free_port()
    place = {"LECTERN_ENDPOINT_HOST": "127.0.0.1", "LECTERN_ENDPOINT_PORT": str(port), "LECTERN_ENDPOINT_MODEL": model}
    place["LECTERN_ENDPOINT_PATH"] = f"/endpoints/{NAME}/invocations"
    command = [sys.executable, "-m", "infra.local.heavy"]
    process = subprocess.Popen(command, env={**os.environ, **RAPID, **place}, start_new_session=True)  # noqa: S603  # our own command
    try:
        told = {"LECTERN_HEAVY_ENDPOINT": NAME, "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME": f"http://127.0.0.1:{port}"}
        yield {**CREDENTIALS, **told}, process
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End the endpoint and every process that it started."""
    process.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    """Publish the model where it is one of this machine's own store, and serve it until stopped."""
    from functions.heavy.endpoint.config import EndpointSettings
    from functions.heavy.endpoint.server import run

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    use_local_settings()
    config = EndpointSettings()
    if config.model == MODEL:
        ensure_live(MODEL, lambda _: None)
    run(config)


def _end_with(parent: int) -> None:
    """Stop when whoever started this is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
