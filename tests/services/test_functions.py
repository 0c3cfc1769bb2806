"""A regrade asks the grading function through Lambda's API: what it sends, and every way in which that fails."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from functions.gradebook.regrades import grade_items
from infra.local.aws import in_environment
from infra.local.forget import forget_services
from lectern.errors import StoreUnavailable
from lectern.gradebook.grading import graded
from lectern.gradebook.keys import Place
from lectern.gradebook.regrading import item_of
from lectern.principal import Principal
from lectern.services import functions
from tests.gradebook.conftest import ITEM, RESULT

ANN = Principal("school", "ann", ("teacher", "admin"))
NAME = "lectern-grading"


class Lambda(HTTPServer):
    """Lambda's API as far as Invoke goes: remembers what it was asked, answers as it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Invoke)
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.status, self.headers, self.body = 200, dict[str, str](), b"{}"

    @property
    def address(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class _Invoke(BaseHTTPRequestHandler):
    server: Lambda

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((unquote(self.path), dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        for name, value in {**self.server.headers, "Content-Length": str(len(self.server.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Lambda]:
    server = Lambda()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with in_environment({"AWS_ENDPOINT_URL": server.address, "LECTERN_GRADING_FUNCTION": NAME}):
        forget_services()
        yield server
    server.shutdown()
    server.server_close()
    thread.join()
    forget_services()


def test_what_a_regrade_sends_is_what_the_grading_function_takes(api: Lambda) -> None:
    grade = graded("school", Place("7b", "ice", "s1", 1), ITEM, RESULT, "j1")
    item = item_of(grade, None, "1.0.0")
    api.body = json.dumps({"Items": [RESULT]}).encode()
    assert grade_items(ANN, [item]) == [RESULT]
    ((path, headers, event),) = api.asked
    assert path == f"/2015-03-31/functions/{NAME}/invocations"
    assert headers.get("X-Amz-Invocation-Type", "RequestResponse") == "RequestResponse"
    assert event == {
        "Items": [
            {
                "student_id": "s1",
                "question_id": "ice",
                "question": "Why does ice float?",
                "references": ["Ice is less dense than water."],
                "answer": "It is less dense.",
                "max_score": 2.0,
                "step": 0.5,
                "version": "1.0.0",
            }
        ],
        "BatchInput": {"principal": {"tenant": "school", "subject": "ann", "roles": ["teacher", "admin"]}},
    }


def test_the_grading_function_itself_takes_it(api: Lambda, release: object) -> None:
    """The event that was sent, given to the handler: a grade for the good item, the other one's own error."""
    from functions.grading.handler import handler

    api.body = b'{"Items": []}'
    grade_items(ANN, [ITEM, {**ITEM, "max_score": -1}])
    ((_, _, event),) = api.asked
    good, bad = handler(event, None)["Items"]
    assert good["model"]["version"] == "1.0.0" and 0 <= good["score"] <= 2
    assert bad["error"]["errors"][0]["loc"] == ["max_score"]


@pytest.mark.parametrize("kind", ["Unhandled", "Handled"])
def test_a_function_that_failed(api: Lambda, kind: str) -> None:
    """Lambda answers 200 for it. What the function said may hold a student's words: it is not told."""
    api.headers = {"X-Amz-Function-Error": kind}
    api.body = b'{"errorType": "KeyError", "errorMessage": "secret"}'
    with pytest.raises(StoreUnavailable, match=f"The function {NAME} failed") as error:
        functions.call(NAME, {"Items": []})
    assert "secret" not in error.value.detail


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "TooManyRequestsException"),
        (503, "ServiceException"),
        (404, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (413, "RequestTooLargeException"),
    ],
)
def test_what_lambda_refuses_is_named_and_asked_once(api: Lambda, status: int, code: str) -> None:
    """A batch that is throttled is not hammered: the regrade goes on when it is asked for again."""
    api.status, api.headers = status, {"x-amzn-ErrorType": code}
    api.body = json.dumps({"Type": "User", "message": "no"}).encode()
    with pytest.raises(StoreUnavailable, match=code):
        functions.call(NAME, {"Items": []})
    assert len(api.asked) == 1


@pytest.mark.parametrize("body", [b"", b"not JSON", b"null", b"[]", b'{"Items": null}', b'{"items": []}'])
def test_an_answer_that_is_none(api: Lambda, body: bytes) -> None:
    api.body = body
    with pytest.raises(StoreUnavailable, match=f"The function {NAME} answers something else"):
        grade_items(ANN, [ITEM])


def test_nobody_answers(api: Lambda) -> None:
    with in_environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}):
        forget_services()
        with pytest.raises(StoreUnavailable, match="Lambda does not answer: EndpointConnectionError"):
            functions.call(NAME, {"Items": []})


def test_without_a_name_this_process_grades_and_elsewhere_that_is_said(release: object) -> None:
    forget_services()
    assert grade_items(ANN, [ITEM])[0]["model"]["name"] == "grading"
    with in_environment({"LECTERN_ENVIRONMENT": "aws"}):
        forget_services()
        with pytest.raises(StoreUnavailable, match="LECTERN_GRADING_FUNCTION"):
            grade_items(ANN, [ITEM])
    forget_services()
