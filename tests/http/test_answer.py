"""POST /v1/answer: answers with their places, none where the text has none, and every kind of bad input."""

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.release import Release
from tests.http.test_grade import problem

Ask = Callable[..., Any]

MARS = (
    "Mars has two moons, Phobos and Deimos. The American astronomer Asaph Hall found both of them in August 1877. "
    "Phobos is the larger one."
)
PARIS = "The capital of France is Paris. "
DULL = "The visitors walked slowly through the long corridor and talked about the weather. "
CHINESE = "火星有两个卫星，分别是火卫一和火卫二。它们是美国天文学家在一八七七年八月发现的。"
UNREADABLE = "The text is mostly in a script or in characters that the model does not know."


@pytest.fixture(scope="session")
def client(answer_release: Release) -> TestClient:
    from functions.answer.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    def post(question: str = "When were the moons found?", context: str = MARS, **more: Any) -> Any:
        return client.post("/v1/answer", json={"question": question, "context": context, **more})

    return post


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When were the moons found?", "August 1877"),
        ("How many moons does Mars have?", "two"),
    ],
)
def test_an_answer_is_a_part_of_the_text(ask: Ask, answer_release: Release, question: str, answer: str) -> None:
    body = ask(question).json()
    assert answer in body["answer"]
    assert MARS[body["start"] : body["end"]] == body["answer"]
    assert 0 < body["confidence"] <= 1
    assert body["model"] == {"name": "answer", "version": "1.0.0", "digest": answer_release.digest}
    assert body["warnings"] == [] and body["explanation"] is None and body["request_id"]


@pytest.mark.parametrize("question", ["Where was the peace treaty signed?", "How is chocolate made?"])
def test_a_text_that_does_not_say_has_no_answer(ask: Ask, question: str) -> None:
    body = ask(question).json()
    assert (body["answer"], body["start"], body["end"]) == (None, None, None)
    assert body["confidence"] > 0.5 and body["warnings"] == []


@pytest.mark.parametrize(
    "before", ["", "👩‍🚀🚀 ", "e\u0301tude a\u0308 ", "\ufeff", "tab\tNUL\x00bell\x07 ", "ﬁrst ½ "]
)
def test_places_are_code_points_of_the_text_as_it_was_given(ask: Ask, before: str) -> None:
    context = before + PARIS.replace("Paris", "Pari\u0301s\u200b") + "\u200bIt lies on the river Seine."
    body = ask("What is the capital of France?", context).json()
    assert (body["answer"], body["start"]) == ("Pari\u0301s", context.index("Pari"))
    assert context[body["start"] : body["end"]] == body["answer"]


def test_a_long_text_is_read_to_its_end(ask: Ask) -> None:
    context = DULL * 150 + PARIS + DULL * 150
    assert len(context) > 20_000
    body = ask("What is the capital of France?", context).json()
    assert (body["answer"], body["start"]) == ("Paris", context.index("Paris"))


@pytest.mark.parametrize("words", range(200, 260, 6))
def test_an_answer_at_the_edge_of_a_window_is_found(ask: Ask, words: int) -> None:
    """Wherever the first window ends: before, inside or after the sentence."""
    context = " ".join((DULL * 30).split()[:words]) + ". " + PARIS + DULL * 20
    body = ask("What is the capital of France?", context).json()
    assert (body["answer"].rstrip("."), body["start"]) == ("Paris", context.index("Paris"))


def test_a_text_without_a_sentence(ask: Ask) -> None:
    context = "length 4 m\nwidth 3 m\nheight 2 m\ncolour red"
    body = ask("What is the colour?", context).json()
    assert body["answer"] is None or context[body["start"] : body["end"]] == body["answer"]
    for context in ("?", "…", "42", "👍"):
        assert ask(context=context).status_code == 200


@pytest.mark.parametrize(("question", "context"), [(None, CHINESE), ("谁发现了火星的卫星？", MARS), (None, "👍👍👍")])
def test_a_foreign_script_comes_with_a_warning_and_without_confidence(
    ask: Ask, question: str | None, context: str
) -> None:
    body = ask(question or "Who found the moons?", context).json()
    assert body["warnings"] == [UNREADABLE]
    assert body["confidence"] <= 0.1


def test_a_text_of_nothing_that_the_model_can_read(ask: Ask) -> None:
    body = ask(context="\ufffd\ufffd").json()
    assert (body["answer"], body["warnings"]) == (None, [UNREADABLE])
    assert body["confidence"] <= 0.1


def test_a_question_of_nothing_that_the_model_can_read(ask: Ask) -> None:
    body = ask(question="\ufffd").json()
    assert body["warnings"] == [UNREADABLE] and body["confidence"] <= 0.1


@pytest.mark.parametrize("field", ["question", "context"])
@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b", "\x00"])
def test_a_blank_field_is_refused(ask: Ask, field: str, text: str) -> None:
    found = problem(ask(**{field: text}), 422, "invalid-request")
    assert found["errors"] == [{"loc": [field], "msg": "is blank"}]


def test_a_megabyte_is_refused_with_limit_and_length(ask: Ask) -> None:
    found = problem(ask(context="zebra-7431 " * 95_000), 422, "invalid-request")
    assert found["errors"][0]["loc"] == ["context"]
    assert "50000" in found["errors"][0]["msg"] and "1045000" in found["errors"][0]["msg"]


def test_a_question_that_leaves_no_room_is_refused_with_limit_and_length(ask: Ask) -> None:
    found = problem(ask(question="why " * 200 + "?"), 422, "invalid-request")
    assert found["errors"] == [{"loc": ["question"], "msg": "has 201 tokens; the limit is 133"}]
    assert ask(question="why " * 132 + "?").status_code == 200
    found = problem(ask(question="why " * 600), 422, "invalid-request")
    assert "2000" in found["errors"][0]["msg"] and "2400" in found["errors"][0]["msg"]


def test_half_a_surrogate_pair_is_refused(client: TestClient) -> None:
    for field in ("question", "context"):
        texts = {"question": '"Who?"', "context": '"Hall."'} | {field: '"a\\ud83d b"'}
        body = ", ".join(f'"{name}": {text}' for name, text in texts.items())
        response = client.post(
            "/v1/answer", content=f"{{{body}}}".encode(), headers={"Content-Type": "application/json"}
        )
        assert response.status_code in (400, 422)


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"context": ...}, ["context"]),
        ({"question": ...}, ["question"]),
        ({"question": 3}, ["question"]),
        ({"context": ["a"]}, ["context"]),
        ({"explain": "yes"}, ["explain"]),
        ({"threshold": 0.5}, []),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, Any], loc: list[str]) -> None:
    request = {"question": "Who found them?", "context": MARS} | change
    body = {name: value for name, value in request.items() if value is not ...}
    found = problem(client.post("/v1/answer", json=body), 422, "invalid-request")
    assert [fault["loc"] for fault in found["errors"]] == [loc]


def test_an_unknown_version_is_not_found(ask: Ask) -> None:
    problem(ask(version="9.9.9"), 404, "unknown-release")


def test_an_explanation_names_what_the_answer_rests_on(ask: Ask) -> None:
    """Without what is asked for, or without what stands beside the answer, there is less reason for it."""
    question, context = "What is the capital of France?", f"{DULL}{PARIS}{DULL}"
    body = ask(question, context, explain=True).json()
    asked, read = body["explanation"]["question"], body["explanation"]["context"]
    assert "capital" in question[asked[0]["start"] : asked[0]["end"]] and asked[0]["effect"] > 0
    assert context[read[0]["start"] : read[0]["end"]] in ("The capital", "of France") and read[0]["effect"] > 0
    assert [one["effect"] for one in read] == sorted((one["effect"] for one in read), reverse=True)
    assert all(one["end"] <= body["start"] or one["start"] >= body["end"] for one in read)
    assert len(asked) <= 4 and len(read) <= 6


def test_an_explanation_of_no_answer(ask: Ask) -> None:
    body = ask("Where was the peace treaty signed?", explain=True).json()
    assert body["answer"] is None
    assert len(body["explanation"]["question"]) >= 1
    assert 1 <= len(body["explanation"]["context"]) <= 6
    assert ask("Why?", "42", explain=True).json()["explanation"]["question"]


def test_items_are_answered_like_requests(ask: Ask) -> None:
    from functions.answer.handler import handler

    item = {"question": "When were the moons found?", "context": MARS}
    first, second = handler({"Items": [{"id": 7, **item}, {**item, "context": " "}]}, SimpleNamespace())["Items"]
    alone = ask().json()
    assert {name: first[name] for name in ("id", "answer", "start", "end", "confidence")} == {
        "id": 7,
        **{name: alone[name] for name in ("answer", "start", "end", "confidence")},
    }
    assert second["error"]["status"] == 422


def test_health_and_a_body_that_is_no_json(client: TestClient) -> None:
    assert client.get("/healthz").json()["model"] == "answer"
    response = client.post("/v1/answer", content=b"{", headers={"Content-Type": "application/json"})
    problem(response, 400, "malformed-json")
    assert "zebra" not in json.dumps(response.json())
