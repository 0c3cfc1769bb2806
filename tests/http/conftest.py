"""The grading function over HTTP, by a test client and by the events of API Gateway."""

import io
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release

REQUEST = {
    "question": "Why does ice float on water?",
    "references": ["Ice is less dense than water.", "It has a lower density."],
    "answer": "Because the same mass takes more room when it is frozen.",
    "max_score": 2,
}


@pytest.fixture(scope="session")
def client(release: Release) -> TestClient:
    from functions.grading.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def output(client: TestClient, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """What the function has printed, logs and metrics."""
    from lectern.telemetry import logger

    log, handler = io.StringIO(), logger("grading").registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.stream = log

    def printed() -> str:
        captured = capsys.readouterr()
        return log.getvalue() + captured.out + captured.err

    yield printed
    handler.stream = sys.__stdout__


@pytest.fixture
def grade(client: TestClient) -> Callable[..., Any]:
    """POST /v1/grade with fields changed; a field set to ... is left out."""

    def post(**changes: Any) -> Any:
        body = {name: value for name, value in (REQUEST | changes).items() if value is not ...}
        return client.post("/v1/grade", json=body)

    return post
