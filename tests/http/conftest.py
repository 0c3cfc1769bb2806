"""The grading function over HTTP, by a test client and by the events of API Gateway."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.logs import logged

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
    with logged() as log:

        def printed() -> str:
            captured = capsys.readouterr()
            return log.getvalue() + captured.out + captured.err

        yield printed


@pytest.fixture
def grade(client: TestClient) -> Callable[..., Any]:
    """POST /v1/grade with fields changed; a field set to ... is left out."""

    def post(**changes: Any) -> Any:
        body = {name: value for name, value in (REQUEST | changes).items() if value is not ...}
        return client.post("/v1/grade", json=body)

    return post
