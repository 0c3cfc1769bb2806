"""POST /v1/roles: predicates with their arguments, and every kind of bad input."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.labels import UNREADABLE
from lectern.release import Release
from tests.http.test_grade import problem

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def client(roles_release: Release) -> TestClient:
    from functions.roles.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    return lambda text, **more: client.post("/v1/roles", json={"text": text, **more})


def found(body: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each predicate's arguments by role."""
    return {
        body["tokens"][one["token"]]: {argument["role"]: argument["text"] for argument in one["arguments"]}
        for one in body["predicates"]
    }


def test_who_did_what_to_whom(ask: Ask, roles_release: Release) -> None:
    body = ask("The teacher gave the students a second chance yesterday.").json()
    assert found(body)["gave"] == {
        "ARG0": "The teacher",
        "ARG2": "the students",
        "ARG1": "a second chance",
        "ARGM-TMP": "yesterday",
    }
    assert body["model"] == {"name": "roles", "version": "1.0.0", "digest": roles_release.digest}
    assert body["warnings"] == []


def test_words_are_those_of_a_treebank_and_indices_point_at_them(ask: Ask) -> None:
    text = "She didn't read it.  Mr. O'Neill's dog ate the book!"
    body = ask(text).json()
    assert " ".join(body["tokens"]) == "She did n't read it . Mr. O'Neill 's dog ate the book !"
    assert found(body)["read"]["ARGM-NEG"] == "n't"
    assert found(body)["ate"] == {"ARG0": "Mr. O'Neill's dog", "ARG1": "the book"}
    for one in body["predicates"]:
        for argument in one["arguments"]:
            assert 0 <= argument["start"] < argument["end"] <= len(body["tokens"])
            assert "".join(body["tokens"][argument["start"] : argument["end"]]) == argument["text"].replace(" ", "")


def test_a_passive_turns_the_order_round(ask: Ask) -> None:
    arguments = found(ask("The book was written by a student in 1901.").json())["written"]
    assert (arguments["ARG1"], arguments["ARG0"], arguments["ARGM-TMP"]) == ("The book", "by a student", "in 1901")


def test_a_sentence_is_answered_the_same_in_any_company(ask: Ask) -> None:
    first, second = "The dog chased the cat.", "Nobody saw it."
    alone, both = ask(first).json(), ask(f"{first} {second}").json()
    assert both["predicates"][: len(alone["predicates"])] == alone["predicates"]
    assert both["predicates"][-1]["token"] >= len(alone["tokens"])


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b"])
def test_a_blank_text_is_refused(ask: Ask, text: str) -> None:
    body = problem(ask(text), 422, "invalid-request")
    assert body["errors"] == [{"loc": ["text"], "msg": "is blank"}]


def test_a_megabyte_is_refused_with_limit_and_length(ask: Ask) -> None:
    body = problem(ask("zebra-7431 " * 95_000), 422, "invalid-request")
    assert "20000" in body["errors"][0]["msg"] and "1045000" in body["errors"][0]["msg"]
    assert "zebra" not in str(body)


@pytest.mark.parametrize("text", ["👍👍🎉", "这门课非常好，老师讲得很清楚。", "Учитель дал ученикам книгу."])
def test_what_the_model_cannot_read_has_a_warning_and_no_predicates(ask: Ask, text: str) -> None:
    body = ask(text).json()
    assert (body["predicates"], body["warnings"]) == ([], [UNREADABLE])


def test_a_text_without_a_predicate(ask: Ask) -> None:
    body = ask("Chapter three.").json()
    assert (body["tokens"], body["predicates"], body["warnings"]) == (["Chapter", "three", "."], [], [])


def test_words_without_punctuation_are_read_in_parts_to_the_end(ask: Ask) -> None:
    text = "the teacher gave the students a book and " * 62 + "they read it"
    body = ask(text).json()
    assert len(body["tokens"]) == 62 * 8 + 3
    assert body["warnings"] == [
        "A sentence is longer than 254 tokens and was read in parts; no argument reaches from one into another."
    ]
    gave = [one["token"] for one in body["predicates"] if body["tokens"][one["token"]] == "gave"]
    assert len(gave) == 62 and body["tokens"][body["predicates"][-1]["token"]] == "read"


def test_a_sentence_of_sixty_predicates(ask: Ask) -> None:
    text = " and ".join(["he ran"] * 60) + "."
    body = ask(text).json()
    assert len(body["predicates"]) == 60


def test_a_word_of_thousands_of_letters(ask: Ask) -> None:
    body = ask("He read " + "ab" * 4_000 + " aloud.").json()
    assert "read" in found(body)


@pytest.mark.parametrize(
    ("body", "loc"),
    [({}, ["text"]), ({"text": 3}, ["text"]), ({"text": "He ran.", "language": "en"}, []), ({"text": None}, ["text"])],
)
def test_a_wrong_field_is_named(client: TestClient, body: dict[str, Any], loc: list[str]) -> None:
    answered = problem(client.post("/v1/roles", json=body), 422, "invalid-request")
    assert [fault["loc"] for fault in answered["errors"]] == [loc]


def test_an_unknown_version_is_not_found(ask: Ask) -> None:
    problem(ask("He ran.", version="9.9.9"), 404, "unknown-release")


def test_a_deadline_that_is_over_ends_in_time(client: TestClient) -> None:
    response = client.post("/v1/roles", json={"text": "He ran. " * 2_000}, headers={"X-Deadline-Ms": "200"})
    problem(response, 504, "deadline-exceeded")


def test_items_are_answered_like_requests(ask: Ask) -> None:
    from functions.roles.handler import handler

    items = [{"id": 1, "text": "The dog ate the book."}, {"id": 2, "text": ""}]
    first, second = handler({"Items": items}, SimpleNamespace(aws_request_id="r"))["Items"]
    assert first["predicates"] == ask(items[0]["text"]).json()["predicates"]
    assert second["error"]["status"] == 422
