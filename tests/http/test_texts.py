"""POST /v1/classify and POST /v1/sentiment: labels, explanations, and every kind of bad input."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.http.test_grade import problem

Ask = Callable[..., Any]

CHINESE = "这门课非常好，老师讲得很清楚，我学到了很多东西。"


@pytest.fixture(scope="session")
def clients(text_releases: dict[str, Release]) -> dict[str, TestClient]:
    from functions.classify.handler import app as classify
    from functions.sentiment.handler import app as sentiment

    apps = {"/v1/classify": classify, "/v1/sentiment": sentiment}
    return {path: TestClient(app, raise_server_exceptions=False) for path, app in apps.items()}


@pytest.fixture
def feel(clients: dict[str, TestClient]) -> Ask:
    return lambda text, **more: clients["/v1/sentiment"].post("/v1/sentiment", json={"text": text, **more})


@pytest.fixture
def classify(clients: dict[str, TestClient]) -> Ask:
    def post(text: str, scheme: str = "question-type", **more: Any) -> Any:
        return clients["/v1/classify"].post("/v1/classify", json={"text": text, "scheme": scheme, **more})

    return post


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The lectures were clear, funny and well prepared. I loved this course.", "positive"),
        ("A waste of time: the labs were badly prepared and nobody answered our questions.", "negative"),
        ("The labs were not bad.", "positive"),
        ("I did not like the course.", "negative"),
    ],
)
def test_a_sentiment(feel: Ask, text_releases: dict[str, Release], text: str, label: str) -> None:
    body = feel(text).json()
    assert body["label"] == label
    assert set(body["probabilities"]) == {"negative", "positive"}
    assert sum(body["probabilities"].values()) == pytest.approx(1)
    assert body["confidence"] == body["probabilities"][label]
    assert body["model"] == {"name": "sentiment", "version": "1.0.0", "digest": text_releases["sentiment"].digest}
    assert body["warnings"] == [] and body["explanation"] is None


@pytest.mark.parametrize(
    ("text", "scheme", "label"),
    [
        ("How many moons does Jupiter have?", "question-type", "number"),
        ("Who wrote Faust?", "question-type", "human"),
        ("Where is the Louvre?", "question-type", "location"),
        ("What does NASA stand for?", "question-type", "abbreviation"),
        ("Define osmosis.", "bloom", "knowledge"),
        ("Design a new experiment that tests the theory, and write a plan for it.", "bloom", "synthesis"),
    ],
)
def test_a_label(classify: Ask, text: str, scheme: str, label: str) -> None:
    body = classify(text, scheme).json()
    assert (body["label"], body["model"]["name"], body["scheme"]) == (label, scheme, None)
    assert max(body["probabilities"], key=body["probabilities"].get) == label
    assert len(body["probabilities"]) == 6


def test_an_explanation_names_the_phrase_that_moved_the_label(feel: Ask) -> None:
    text = "The room was on the second floor, and the lectures were a dreadful waste of time."
    found = feel(text, explain=True).json()["explanation"]["text"]
    assert "dreadful" in text[found[0]["start"] : found[0]["end"]] and found[0]["effect"] > 0
    assert feel("Dreadful!", explain=True).json()["explanation"]["text"]


def test_a_question_is_explained_by_its_own_scheme(classify: Ask) -> None:
    """Without how many nothing is left that asks for a number; Bloom's level hangs on another word."""
    text = "How many houses burnt down, and who wrote it down?"
    found = classify(text, explain=True).json()
    effects = {text[one["start"] : one["end"]]: one["effect"] for one in found["explanation"]["text"]}
    assert found["label"] == "number"
    assert next(effect for phrase, effect in effects.items() if "How many" in phrase) > 0.1
    other = classify(text, "bloom", explain=True).json()["explanation"]["text"]
    assert {text[one["start"] : one["end"]]: one["effect"] for one in other} != effects


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b"])
@pytest.mark.parametrize("path", ["/v1/classify", "/v1/sentiment"])
def test_a_blank_text_is_refused(clients: dict[str, TestClient], path: str, text: str) -> None:
    body = {"text": text} | ({"scheme": "bloom"} if "classify" in path else {})
    found = problem(clients[path].post(path, json=body), 422, "invalid-request")
    assert found["errors"] == [{"loc": ["text"], "msg": "is blank"}]


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/sentiment"])
def test_a_megabyte_is_refused_with_limit_and_length(clients: dict[str, TestClient], path: str) -> None:
    body = {"text": "zebra-7431 " * 95_000} | ({"scheme": "bloom"} if "classify" in path else {})
    found = problem(clients[path].post(path, json=body), 422, "invalid-request")
    assert found["errors"][0]["loc"] == ["text"]
    assert "20000" in found["errors"][0]["msg"] and "1045000" in found["errors"][0]["msg"]


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"scheme": ...}, ["scheme"]),
        ({"scheme": "../other"}, ["scheme"]),
        ({"scheme": "Bloom"}, ["scheme"]),
        ({"scheme": 3}, ["scheme"]),
        ({"text": ["a"]}, ["text"]),
        ({"explain": "yes"}, ["explain"]),
        ({"language": "en"}, []),
    ],
)
def test_a_wrong_field_is_named(clients: dict[str, TestClient], change: dict[str, Any], loc: list[str]) -> None:
    request = {"text": "Who wrote Faust?", "scheme": "bloom"} | change
    body = {name: value for name, value in request.items() if value is not ...}
    found = problem(clients["/v1/classify"].post("/v1/classify", json=body), 422, "invalid-request")
    assert [fault["loc"] for fault in found["errors"]] == [loc]


def test_an_unknown_scheme_is_not_found(classify: Ask) -> None:
    problem(classify("Who wrote Faust?", "homework"), 404, "unknown-scheme")


def test_an_unknown_version_is_not_found(classify: Ask, feel: Ask) -> None:
    for response in (classify("Who wrote Faust?", version="9.9.9"), feel("Good.", version="9.9.9")):
        problem(response, 404, "unknown-release")


def test_a_foreign_script_comes_with_a_warning_and_no_confidence(feel: Ask, classify: Ask) -> None:
    for body, labels in ((feel(CHINESE).json(), 2), (classify(CHINESE, "bloom").json(), 6)):
        assert body["warnings"] == ["The text is mostly in a script or in characters that the model does not know."]
        assert body["needs_review"] and body["confidence"] <= 1 / labels
    assert feel("👍👍👍").json()["needs_review"]


def test_a_disguised_letter_changes_nothing(feel: Ask) -> None:
    plain, disguised = feel("A dreadful course.").json(), feel("A dr\u0435adful c\u043eurse.").json()
    assert plain["probabilities"] == disguised["probabilities"]


def test_a_long_text_is_read_to_its_end(feel: Ask) -> None:
    """What is said at the end of many windows counts, too."""
    glad = "It was a wonderful course, and the lectures were a joy. " * 60
    end = "It was dreadful, boring, useless and a complete waste of time. " * 60
    body, other = feel(glad + end).json(), feel(glad).json()
    assert body["probabilities"]["negative"] > other["probabilities"]["negative"] + 0.1
    assert body["warnings"] == ["The text is long and was read in windows; the label is by their mean."]


def test_items_are_answered_like_requests(classify: Ask) -> None:
    from functions.classify.handler import handler

    items = [{"id": n, "text": "Who wrote Faust?", "scheme": name} for n, name in enumerate(("question-type", "none"))]
    first, second = handler({"Items": items}, SimpleNamespace(aws_request_id="r"))["Items"]
    alone = classify("Who wrote Faust?").json()
    assert (first["id"], first["probabilities"]) == (0, alone["probabilities"])
    assert second["error"]["status"] == 404


def test_three_models_stay_loaded_side_by_side(classify: Ask, text_releases: dict[str, Release]) -> None:
    from lectern.models import shared

    for scheme in ("question-type", "bloom"):
        assert classify("Who wrote Faust?", scheme).status_code == 200
    kept = {name: id(shared().get(shared().resolve(name, None))) for name in text_releases}
    assert kept == {name: id(shared().get(shared().resolve(name, None))) for name in text_releases}


def test_health_is_of_the_model_that_a_function_starts_with(clients: dict[str, TestClient]) -> None:
    names = [clients[path].get("/healthz").json()["model"] for path in ("/v1/classify", "/v1/sentiment")]
    assert names == ["question-type", "sentiment"]


def test_a_body_that_is_no_json(clients: dict[str, TestClient]) -> None:
    for path, client in clients.items():
        response = client.post(path, content=b"{", headers={"Content-Type": "application/json"})
        problem(response, 400, "malformed-json")
        assert "zebra" not in json.dumps(response.json())


@pytest.mark.parametrize("name", ["Z%18N", "Inbox", "a" * 65, "%F0%9F%99%82", "in%20box"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_scheme_that_none_can_be_called(clients: dict[str, TestClient], method: str, name: str) -> None:
    response = clients["/v1/classify"].request(method, f"/v1/schemes/{name}")
    problem(response, 422, "invalid-request")
