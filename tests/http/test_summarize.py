"""POST /v1/summarize: sentences with their places, and every kind of bad input."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.labels import UNREADABLE
from lectern.release import Release
from tests.http.test_grade import problem

Ask = Callable[..., Any]

TEXT = (
    "Short answers are graded by hand in many schools. This takes teachers many hours each week. "
    "In this paper we propose a small neural network that grades short answers on a laptop. "
    "It was trained on public data. We show that it agrees with teachers as often as they agree with each other."
)


@pytest.fixture(scope="module")
def client(summaries_release: Release) -> TestClient:
    from functions.summarize.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    return lambda text, **more: client.post("/v1/summarize", json={"text": text, **more})


def test_a_summary_is_made_of_the_texts_own_sentences(ask: Ask, summaries_release: Release) -> None:
    body = ask(TEXT).json()
    assert len(body["sentences"]) == 3
    for one in body["sentences"]:
        assert TEXT[one["start"] : one["end"]] == one["text"]
        assert 0 < one["weight"] < 1
    positions = [one["position"] for one in body["sentences"]]
    assert positions == sorted(positions)
    assert body["summary"] == " ".join(one["text"] for one in body["sentences"])
    assert body["model"] == {"name": "summaries", "version": "1.0.0", "digest": summaries_release.digest}
    assert body["warnings"] == []


def test_one_sentence_is_the_most_telling_one(ask: Ask) -> None:
    (one,) = ask(TEXT, sentences=1).json()["sentences"]
    assert one["text"].startswith("In this paper we propose")
    everything = ask(TEXT, sentences=5).json()["sentences"]
    assert max(everything, key=lambda known: known["weight"])["position"] == one["position"]
    assert sum(known["weight"] for known in everything) == pytest.approx(1)


def test_more_sentences_than_there_are_gives_all_with_a_warning(ask: Ask) -> None:
    body = ask(TEXT, sentences=9).json()
    assert body["summary"] == TEXT
    assert body["warnings"] == ["The text has 5 of the 9 sentences that were asked for."]


def test_a_single_sentence_is_its_own_summary(ask: Ask) -> None:
    body = ask("Ice floats.", sentences=1).json()
    assert body["summary"] == "Ice floats."
    assert body["sentences"] == [{"start": 0, "end": 11, "text": "Ice floats.", "position": 0, "weight": 1.0}]


def test_of_the_same_sentence_twice_one_is_taken(ask: Ask) -> None:
    telling = "In this paper we propose a small neural network that grades short answers on a laptop."
    body = ask(f"{telling} {TEXT} {telling}", sentences=3).json()
    assert sum(one["text"] == telling for one in body["sentences"]) == 1
    body = ask("Ice floats on water. " * 4, sentences=2).json()
    assert len(body["sentences"]) == 2, "where nothing else is left, the same is taken again"


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b"])
def test_a_blank_text_is_refused(ask: Ask, text: str) -> None:
    body = problem(ask(text), 422, "invalid-request")
    assert body["errors"] == [{"loc": ["text"], "msg": "is blank"}]


@pytest.mark.parametrize("text", ["... !?", "👍👍🎉", "— * —"])
def test_a_text_without_a_sentence_is_refused(ask: Ask, text: str) -> None:
    body = problem(ask(text), 422, "invalid-request")
    assert body["errors"] == [{"loc": ["text"], "msg": "has no sentence"}]


def test_a_megabyte_is_refused_with_limit_and_length(ask: Ask) -> None:
    body = problem(ask("zebra-7431 " * 95_000), 422, "invalid-request")
    assert "20000" in body["errors"][0]["msg"] and "1045000" in body["errors"][0]["msg"]
    assert "zebra" not in str(body)


def test_too_many_sentences_are_refused_with_limit_and_number(ask: Ask) -> None:
    body = problem(ask("It is. " * 501), 422, "invalid-request")
    assert body["errors"] == [{"loc": ["text"], "msg": "has 501 sentences; the limit is 500"}]


@pytest.mark.parametrize("text", ["这门课非常好。老师讲得很清楚。我学到了很多东西。", "Вода замерзает. Лёд плавает."])
def test_what_the_model_cannot_read_begins_its_own_summary_with_a_warning(ask: Ask, text: str) -> None:
    body = ask(text, sentences=1).json()
    assert body["warnings"] == [UNREADABLE, "The summary is the beginning of the text."]
    assert [one["position"] for one in body["sentences"]] == [0]


def test_a_sentence_longer_than_the_model_reads_is_read_to_its_end(ask: Ask) -> None:
    long = "and so we went on and on through the wide and empty land " * 60 + "until we came home."
    body = ask(f"{long} Then we slept.", sentences=2).json()
    assert body["sentences"][0]["text"] == long


@pytest.mark.parametrize(
    ("change", "loc"),
    [
        ({"sentences": 0}, ["sentences"]),
        ({"sentences": -1}, ["sentences"]),
        ({"sentences": 51}, ["sentences"]),
        ({"sentences": "3"}, ["sentences"]),
        ({"sentences": 2.5}, ["sentences"]),
        ({"text": 3}, ["text"]),
        ({"ratio": 0.2}, []),
    ],
)
def test_a_wrong_field_is_named(client: TestClient, change: dict[str, Any], loc: list[str]) -> None:
    answered = problem(client.post("/v1/summarize", json={"text": TEXT} | change), 422, "invalid-request")
    assert [fault["loc"] for fault in answered["errors"]] == [loc]


def test_an_unknown_version_is_not_found(ask: Ask) -> None:
    problem(ask(TEXT, version="9.9.9"), 404, "unknown-release")


def test_items_are_answered_like_requests(ask: Ask) -> None:
    from functions.summarize.handler import handler

    items = [{"id": 1, "text": TEXT, "sentences": 2}, {"id": 2, "text": "..."}]
    first, second = handler({"Items": items}, SimpleNamespace(aws_request_id="r"))["Items"]
    assert first["summary"] == ask(TEXT, sentences=2).json()["summary"]
    assert second["error"]["status"] == 422
