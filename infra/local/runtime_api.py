"""Lambda's Runtime API, served to a real awslambdaric process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

DEADLINE_SECONDS = 900
"""As long as a Lambda function may take at most."""


@dataclass
class Answer:
    """What the function posted back: a result, or an error document."""

    result: Any
    failed: bool
    at: float


@dataclass
class RuntimeApi:
    """The side of Lambda: events in, answers out."""

    events: "queue.Queue[bytes]" = field(default_factory=queue.Queue)
    answers: "queue.Queue[Answer]" = field(default_factory=queue.Queue)
    ready: threading.Event = field(default_factory=threading.Event)
    """The function has started, and asks for events."""

    def invoke(self, event: Any, timeout: float = 30) -> Answer:
        """Send one event and wait for what comes back."""
        self.events.put(json.dumps(event).encode())
        return self.answers.get(timeout=timeout)


@contextmanager
def serve_runtime_api() -> Iterator[tuple[str, RuntimeApi]]:
    """Serve the Runtime API on a free port; yields its address and our side of it."""
    api = RuntimeApi()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": api}))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", api
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def function_process(
    address: str, handler: str, variables: Mapping[str, str], python: str = sys.executable, quiet: bool = False
) -> Iterator["subprocess.Popen[bytes]"]:
    """A real awslambdaric process that serves `handler`; it is killed at the end."""
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": handler.split(".")[1],
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "LAMBDA_TASK_ROOT": str(ROOT),
        **{name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
        **variables,
    }
    command = [python, "-m", "awslambdaric", handler]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL if quiet else None
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


class _Handler(BaseHTTPRequestHandler):
    api: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        """…/runtime/invocation/next."""
        self.api.ready.set()
        event = self.api.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", str(uuid.uuid4()))
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int((time.time() + DEADLINE_SECONDS) * 1000)))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:f")
        self.send_header("Content-Type", "application/json")
        self._finish(event)

    def do_POST(self) -> None:
        """…/runtime/invocation/ID/response or …/error."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.api.answers.put(Answer(json.loads(body), not self.path.endswith("/response"), time.monotonic()))
        self.send_response(202)
        self._finish(b"")

    def _finish(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def handle(self) -> None:
        """A function that is killed leaves its connection behind."""
        with suppress(ConnectionResetError):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
