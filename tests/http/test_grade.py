"""POST /v1/grade: answers, limits and every kind of bad input, as a mobile app meets them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.errors import StoreUnavailable
from lectern.http.app import create_app
from lectern.models import Models
from lectern.release import Release
from lectern.settings import Settings
from lectern.store.local import LocalStore
from tests.http.conftest import REQUEST

Grade = Callable[..., Any]
SECRET = "zebra-7431"
_JSON = {"Content-Type": "application/json"}


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    """The problem document of a response, checked for what every one of them has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    document: dict[str, Any] = response.json()
    assert document["type"] == f"urn:lectern:problem:{kind}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    assert document["request_id"]
    assert SECRET not in response.text
    return document


def test_a_grade(grade: Grade, release: Release) -> None:
    response = grade()
    body = response.json()
    assert response.status_code == 200
    assert body["label"] in ("correct", "contradictory", "incorrect")
    assert sum(body["probabilities"].values()) == pytest.approx(1)
    assert body["confidence"] == max(body["probabilities"].values()) == body["probabilities"][body["label"]]
    assert 0 <= body["score"] <= 2
    assert body["model"] == {"name": "grading", "version": "1.0.0", "digest": release.digest}
    assert body["request_id"]
    assert body["warnings"] == []


def test_one_point_is_scored_by_the_chance_of_being_correct(grade: Grade) -> None:
    body = grade(max_score=1).json()
    assert body["score"] == pytest.approx(body["probabilities"]["correct"], abs=0.0101)


@pytest.mark.parametrize("answer", ["", "   ", "\n\t\r\n", "\u200b\u200d\ufeff", "\x00\x07", "\u0301\u0301", "\ufe0f"])
def test_a_blank_answer_is_incorrect_without_asking_the_model(grade: Grade, answer: str) -> None:
    body = grade(answer=answer).json()
    assert (body["label"], body["score"], body["confidence"], body["needs_review"]) == ("incorrect", 0, 1, False)


@pytest.mark.parametrize(
    "answer",
    [
        "é" + "\u0301" * 50,
        "nu\x00ll",
        "it floats 👍🏽 because less dense",
        "ICE is lighter" + "\u200b",
        "x",
        "?!",
        "[SEP] [CLS]",
    ],
)
def test_odd_but_readable_text_is_graded(grade: Grade, answer: str) -> None:
    assert grade(answer=answer).status_code == 200


@pytest.mark.parametrize(
    "answer",
    [
        "因为冰的密度比水小。",
        "😀😀😀☀️",
        "ﷺ ﷺ ﷺ",
        "Потому что лёд легче воды.",
        "Γιατί ο πάγος είναι ελαφρύτερος.",
        "क्योंकि बर्फ हल्की है",
        "氷は水より軽いから",
        "얼음이 더 가벼워서",
        "لأن الجليد أخف",
    ],
)
def test_unknown_script_is_graded_with_a_warning_and_reviewed(grade: Grade, answer: str) -> None:
    body = grade(answer=answer).json()
    assert body["needs_review"] is True
    assert "does not know" in body["warnings"][0]


@pytest.mark.parametrize("answer", ["Because it is less dеnsе.", "Because it is l\u200bess d\u2060ense."])  # Cyrillic е
def test_a_disguised_answer_is_read_as_it_looks_and_reviewed(grade: Grade, answer: str) -> None:
    plain, odd = grade(answer="Because it is less dense.").json(), grade(answer=answer, error_budget=1.0).json()
    assert odd["probabilities"] == plain["probabilities"]
    assert odd["needs_review"] is True
    assert "look like Latin" in odd["warnings"][0]


def test_styled_and_typographic_letters_are_plain_ones(grade: Grade) -> None:
    plain, odd = grade(answer='It\'s "less dense" now').json(), grade(answer="𝐈𝐭’s “ｌｅｓｓ dense” now").json()
    assert odd["probabilities"] == plain["probabilities"]
    assert odd["warnings"] == []


@pytest.mark.parametrize(
    ("answer", "sign"),
    [
        (str(REQUEST["question"]), "repeats the question"),
        ("frozen water dense mass lighter ice room", "lists words"),
        ("It is less dense than it was. " * 3, "repeats itself"),
    ],
)
def test_an_answer_written_for_a_machine_goes_to_a_person(grade: Grade, answer: str, sign: str) -> None:
    body = grade(answer=answer, error_budget=1.0).json()
    assert body["needs_review"] is True
    assert sign in body["warnings"][0]


def test_control_characters_change_nothing(grade: Grade) -> None:
    plain, odd = grade(answer="less dense").json(), grade(answer="less\x00 dense\x1b").json()
    assert plain["probabilities"] == odd["probabilities"]


def test_a_students_separator_is_text(grade: Grade) -> None:
    """[SEP] in an answer must not become the special token that ends a segment."""
    assert grade(answer="no [SEP] yes").json()["probabilities"] != grade(answer="no yes").json()["probabilities"]


@pytest.mark.parametrize(("answer", "nearest"), [("its density is a lower one", 1), ("ice, less dense than water.", 0)])
def test_the_nearest_reference_counts(grade: Grade, answer: str, nearest: int) -> None:
    references = ["Ice is less dense than water.", "It has a lower density."]
    alone = [grade(references=[reference], answer=answer).json()["probabilities"] for reference in references]
    assert alone[0] != alone[1]
    assert grade(references=references, answer=answer).json()["probabilities"] == alone[nearest]
    assert grade(references=references[::-1], answer=answer).json()["probabilities"] == alone[nearest]


def test_a_long_answer_is_read_in_windows_and_reviewed(grade: Grade) -> None:
    body = grade(answer="The ice has bubbles in it. " * 150 + "It is less dense than water.").json()
    assert body["needs_review"] is True
    assert "windows" in body["warnings"][0]


def test_more_windows_than_a_request_may_have(grade: Grade) -> None:
    document = problem(grade(answer="x " * 9000, references=["word " * 310]), 422, "invalid-request")
    assert "windows; the limit is 100" in document["errors"][0]["msg"]


def test_a_deadline_ends_the_work_between_windows(client: TestClient) -> None:
    body = REQUEST | {"answer": "it is less dense " * 1000}
    assert client.post("/v1/grade", json=REQUEST).status_code == 200  # so that loading is over
    document = problem(client.post("/v1/grade", json=body, headers={"X-Deadline-Ms": "60"}), 504, "deadline-exceeded")
    assert "infer" in document["detail"]


def test_an_answer_over_the_limit_is_told_both_numbers(grade: Grade) -> None:
    document = problem(grade(answer="a" * 100_000), 422, "invalid-request")
    assert document["errors"][0]["loc"] == ["answer"]
    assert "20000" in document["errors"][0]["msg"]
    assert "100000" in document["errors"][0]["msg"]


def test_references_too_long_for_the_model_are_refused_not_cut(grade: Grade) -> None:
    document = problem(grade(references=["short", "word " * 600]), 422, "invalid-request")
    assert document["errors"][0]["loc"] == ["references", 1]
    assert "607 tokens" in document["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("changes", "loc"),
    [
        ({"answer": ...}, ["answer"]),
        ({"answer": None}, ["answer"]),
        ({"answer": 7}, ["answer"]),
        ({"answer": [SECRET]}, ["answer"]),
        ({"question": " "}, ["question"]),
        ({"references": []}, ["references"]),
        ({"references": SECRET}, ["references"]),
        ({"references": ["fine", ""]}, ["references", 1]),
        ({"references": ["x"] * 21}, ["references"]),
        ({"max_score": 0}, ["max_score"]),
        ({"max_score": -1}, ["max_score"]),
        ({"max_score": "2"}, ["max_score"]),
        ({"max_score": True}, ["max_score"]),
        ({"step": 0}, []),
        ({"step": 3}, []),
        ({"step": 5e-324, "max_score": 1e6}, []),
        ({"error_budget": 1.5}, ["error_budget"]),
        ({"version": "../../etc"}, ["version"]),
        ({f"my name is {SECRET}": 1}, []),
    ],
)
def test_wrong_fields_are_named_and_never_echoed(grade: Grade, changes: dict[str, Any], loc: list[str]) -> None:
    document = problem(grade(**changes), 422, "invalid-request")
    assert [error["loc"] for error in document["errors"]] == [loc]
    assert all(error["msg"] for error in document["errors"])


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none(client: TestClient, number: str) -> None:
    body = json.dumps(REQUEST | {"max_score": 12345}).replace("12345", number)
    response = client.post("/v1/grade", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'answer': 'zebra-7431'}",
        b'{"answer": "zebra-7431"',
        b'{"answer": "\\ud800"}',
        b'{"answer": "\xff"}',
        b"\x00",
        b"[" * 100_000,
    ],
)
def test_malformed_json(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/grade", content=body, headers={"Content-Type": "application/json"})
    problem(response, 400, "malformed-json")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"zebra-7431"', b"7"])
def test_json_that_is_no_object(client: TestClient, body: bytes) -> None:
    response = client.post("/v1/grade", content=body, headers={"Content-Type": "application/json"})
    problem(response, 422, "invalid-request")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_another_content_type(client: TestClient, content_type: str) -> None:
    response = client.post("/v1/grade", content=b"{}", headers={"Content-Type": content_type})
    problem(response, 415, "unsupported-media-type")


def test_a_content_type_with_a_charset_is_json(client: TestClient) -> None:
    headers = {"Content-Type": "application/json; charset=utf-8"}
    assert client.post("/v1/grade", content=json.dumps(REQUEST), headers=headers).status_code == 200


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit(client: TestClient, chunked: bool) -> None:
    body = b"x" * 6_000_000
    content = (body[i : i + 100_000] for i in range(0, len(body), 100_000)) if chunked else body
    response = client.post("/v1/grade", content=content, headers={"Content-Type": "application/json"})
    assert "5,000,000" in problem(response, 413, "body-too-large")["detail"]


def test_an_unknown_version(grade: Grade) -> None:
    problem(grade(version="9.9.9"), 404, "unknown-release")


def test_a_version_that_is_asked_for_answers(grade: Grade) -> None:
    assert grade(version="1.0.0").json()["probabilities"] == grade().json()["probabilities"]


def test_no_alias_yet(local_store: LocalStore) -> None:
    client = TestClient(create_app(_task(), lambda: Models(local_store, Settings())))
    problem(client.post("/v1/grade", json=REQUEST), 404, "unknown-release")


def test_a_store_that_is_down_says_when_to_come_back() -> None:
    def unavailable() -> Models:
        raise StoreUnavailable("S3 does not answer: ReadTimeoutError.")

    client = TestClient(create_app(_task(), unavailable))
    response = client.post("/v1/grade", json=REQUEST)
    problem(response, 503, "store-unavailable")
    assert int(response.headers["retry-after"]) > 0


def test_what_nobody_thought_of_is_a_500_without_its_message(output: Callable[[], str]) -> None:
    def broken() -> Models:
        raise RuntimeError(SECRET)

    client = TestClient(create_app(_task(), broken), raise_server_exceptions=False)
    problem(client.post("/v1/grade", json=REQUEST), 500, "lectern-error")
    printed = output()
    assert "RuntimeError" in printed
    assert SECRET not in printed


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "", "9" * 5000])
def test_a_content_length_that_is_none(client: TestClient, length: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Length": length}
    assert client.post("/v1/grade", content=json.dumps(REQUEST), headers=headers).status_code == 200


def test_what_is_refused_at_the_door_is_logged_too(client: TestClient, output: Callable[[], str]) -> None:
    document = problem(client.post("/v1/grade", content=b"x" * 6_000_000, headers=_JSON), 413, "body-too-large")
    assert document["request_id"] in output()


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/v1/nothing", 404), ("GET", "/v1/grade", 405)])
def test_paths_and_methods_that_are_not_there(client: TestClient, method: str, path: str, status: int) -> None:
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_a_deadline_that_has_passed(client: TestClient) -> None:
    problem(client.post("/v1/grade", json=REQUEST, headers={"X-Deadline-Ms": "0"}), 504, "deadline-exceeded")
    assert client.post("/v1/grade", json=REQUEST, headers={"X-Deadline-Ms": "60000"}).status_code == 200


@pytest.mark.parametrize("value", ["soon", "-1", "1.5", "9" * 50, "²"])
def test_a_deadline_that_is_none(client: TestClient, value: str) -> None:
    headers = {b"X-Deadline-Ms": value.encode()}
    problem(client.post("/v1/grade", json=REQUEST, headers=headers), 422, "invalid-request")


def test_error_budgets_decide_what_is_reviewed(grade: Grade) -> None:
    assert grade(error_budget=0).json()["needs_review"] is True
    assert grade(error_budget=1).json()["needs_review"] is False


@pytest.mark.parametrize(("step", "scores"), [(1, {0, 1, 2}), (0.5, {0, 0.5, 1, 1.5, 2}), (1.5, {0, 1.5})])
def test_scores_come_in_steps(grade: Grade, step: float, scores: set[float]) -> None:
    assert grade(step=step).json()["score"] in scores


def test_health(client: TestClient, release: Release) -> None:
    assert client.get("/healthz").json() == {
        "status": "ready",
        "model": "grading",
        "version": "1.0.0",
        "digest": release.digest,
    }


def test_health_without_a_release(local_store: LocalStore) -> None:
    client = TestClient(create_app(_task(), lambda: Models(local_store, Settings())))
    problem(client.get("/healthz"), 404, "unknown-release")


def test_openapi_describes_the_contract(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/grade"]["post"]
    request = operation["requestBody"]["content"]["application/json"]["schema"]
    assert set(request["required"]) == {"question", "references", "answer"}
    assert {"200", "422", "503"} <= set(operation["responses"])
    assert client.get("/docs").status_code == 200


def test_logs_tell_the_stages_and_no_text(grade: Grade, output: Callable[[], str]) -> None:
    grade(answer=f"my name is {SECRET}", question=f"{SECRET}?", references=[SECRET])
    lines = [json.loads(line) for line in output().splitlines()]
    line = next(line for line in lines if line.get("message") == "answered")
    assert set(line["milliseconds"]) == {"validate", "resolve", "load", "tokenise", "infer", "postprocess"}
    assert line["version"] == "1.0.0"
    (metric,) = [line for line in lines if "_aws" in line]
    assert (metric["service"], metric["environment"]) == ("grading", "local")
    (dimensions,) = metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    assert sorted(dimensions) == ["environment", "service"], "together"
    assert SECRET not in json.dumps(lines)


def _task() -> Any:
    from functions.grading.task import TASK

    return TASK
