"""POST /v1/translate by the released file: translations, what is carried over, and every kind of bad input."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from functions.translate.task import BROKEN_OFF, LOST, NOTHING, OTHER_SCRIPT, TOO_MANY, UNREAD
from lectern.chinese import han_share
from lectern.release import Release
from tests.http.test_grade import problem

Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def client(translate_release: Release) -> TestClient:
    from functions.translate.handler import app

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def ask(client: TestClient) -> Ask:
    def post(text: Any, source: str = "en", target: str = "zh", **more: Any) -> Any:
        return client.post("/v1/translate", json={"text": text, "source": source, "target": target, **more})

    return post


@pytest.fixture
def back(ask: Ask) -> Ask:
    return lambda text, **more: ask(text, "zh", "en", **more)


def test_a_translation(ask: Ask, translate_release: Release) -> None:
    body = ask("I don't know.").json()
    assert body["translation"] == "我不知道。"
    assert 0.3 < body["confidence"] <= 1 and body["warnings"] == []
    assert body["model"] == {"name": "translate", "version": "1.0.0", "digest": translate_release.digest}
    assert set(body) == {"translation", "confidence", "warnings", "model", "request_id"}


def test_the_other_way_and_both_scripts_are_the_same(back: Ask) -> None:
    simple, traditional = back("我不知道他们在说什么。").json(), back("我不知道他們在說什麼。").json()
    assert simple["translation"].startswith("I don't know what")
    assert simple["translation"] == traditional["translation"]


def test_every_sentence_is_translated_by_itself(ask: Ask, back: Ask) -> None:
    """Company changes nothing, to the bit; lines stay lines."""
    one, other = ask("I don't know.").json(), ask("Where are you?").json()
    body = ask("I don't know. Where are you?\n\nI don't know.").json()
    assert body["translation"] == f"{one['translation']}{other['translation']}\n\n{one['translation']}"
    assert (
        min(one["confidence"], other["confidence"]) <= body["confidence"] <= max(one["confidence"], other["confidence"])
    )
    assert "? " in back("你在哪里？我不知道。").json()["translation"]


def test_the_same_question_has_the_same_answer(ask: Ask) -> None:
    """Also in the company of others, through the path of batches."""
    from functions.translate.handler import handler

    texts = ["She is my friend.", "We have to go home now.", "Bonjour 世界", "😀"]
    alone = [ask(text).json() for text in texts]
    items = [{"id": n, "text": text, "source": "en", "target": "zh"} for n, text in enumerate(texts)]
    found = handler({"Items": items}, SimpleNamespace(aws_request_id="r"))["Items"]
    assert [(one["translation"], one["confidence"]) for one in found] == [
        (one["translation"], one["confidence"]) for one in alone
    ]


@pytest.mark.parametrize("text", ["", "  ", "\n\t", "\u200b", "\x00\x07"])
def test_a_blank_text_is_refused(ask: Ask, text: str) -> None:
    assert problem(ask(text), 422, "invalid-request")["errors"] == [{"loc": ["text"], "msg": "is blank"}]


@pytest.mark.parametrize("text", ["😀👍🏽", "12 + 30 = 42", "https://example.org/a?b=1", "---", "<br>"])
def test_what_has_no_words_stays_as_it_is(ask: Ask, text: str) -> None:
    body = ask(text).json()
    assert (body["translation"], body["confidence"], body["warnings"]) == (text, None, [NOTHING])


@pytest.mark.parametrize(
    ("source", "target"), [("en", "fr"), ("de", "zh"), ("", "zh"), ("EN", "zh"), ("zh-Hant", "en")]
)
def test_an_unknown_language_is_named_with_those_that_there_are(ask: Ask, source: str, target: str) -> None:
    found = problem(ask("Hello.", source, target), 422, "invalid-request")["errors"]
    assert len(found) == 1 and found[0]["loc"][0] in ("source", "target")
    assert "'en'" in found[0]["msg"] and "'zh'" in found[0]["msg"]


def test_one_language_is_no_pair(ask: Ask) -> None:
    found = problem(ask("Hello.", "en", "en"), 422, "invalid-request")["errors"]
    assert "en to zh and zh to en" in found[0]["msg"]


@pytest.mark.parametrize("missing", ["text", "source", "target"])
def test_a_missing_field_is_named(client: TestClient, missing: str) -> None:
    body = {"text": "Hello.", "source": "en", "target": "zh"}
    del body[missing]
    found = problem(client.post("/v1/translate", json=body), 422, "invalid-request")["errors"]
    assert [fault["loc"] for fault in found] == [[missing]]


def test_a_language_in_another_script_stays_with_a_warning_and_little_confidence(ask: Ask, back: Ask) -> None:
    known = ask("I don't know.").json()
    mixed = ask("I don't know. 我不知道他在哪里。").json()
    assert mixed["warnings"] == [OTHER_SCRIPT] and mixed["translation"].endswith("我不知道他在哪里。")
    assert mixed["confidence"] < 0.8 * known["confidence"]
    for body, text in ((ask("我不知道。").json(), "我不知道。"), (back("I do not know.").json(), "I do not know.")):
        assert body["translation"] == text and body["confidence"] is None
        assert body["warnings"] == [NOTHING, OTHER_SCRIPT]


def test_unknown_characters_are_told(back: Ask) -> None:
    assert UNREAD in back("我看见一只龘。").json()["warnings"]


def test_a_megabyte_is_refused_with_limit_and_length(ask: Ask) -> None:
    found = problem(ask("zebra-7431 " * 95_000), 422, "invalid-request")
    assert found["errors"][0]["loc"] == ["text"]
    assert "4000" in found["errors"][0]["msg"] and "1045000" in found["errors"][0]["msg"]
    assert "zebra" not in json.dumps(found)


@pytest.mark.parametrize(("text", "source", "target"), [("word and " * 150, "en", "zh"), ("我们说话" * 75, "zh", "en")])
def test_a_sentence_that_is_too_long_is_refused_with_limit_and_length(
    ask: Ask, text: str, source: str, target: str
) -> None:
    found = problem(ask(text, source, target), 422, "invalid-request")
    assert found["errors"][0]["loc"] == ["text"]
    assert "302 tokens" in found["errors"][0]["msg"] and "the limit is 96" in found["errors"][0]["msg"]


def test_links_markup_and_numbers_are_carried_over_or_missed_aloud(ask: Ask) -> None:
    for text, kept in (
        ("<p>I like <b>Boston</b>.</p>", ["<p>", "</p>"]),
        ("Look at https://example.org/a?b=1.", ["https://example.org/a?b=1"]),
        ("He lives with Wojciechowska.", ["Wojciechowska"]),
        ("I like it. 😀", ["😀"]),
    ):
        body = ask(text).json()
        assert all(part in body["translation"] for part in kept) or LOST in body["warnings"]
    assert TOO_MANY in ask("I have $a$ and $b$ and $c$ and $d$ here.").json()["warnings"]


def test_marks_and_special_tokens_in_a_text_are_text(ask: Ask) -> None:
    for text in ("Is <1> better than <2>?", "I said </s> and <2zh> and <pad>."):
        response = ask(text)
        assert response.status_code == 200 and "\u2581" not in response.json()["translation"]


def test_control_characters_change_nothing(ask: Ask) -> None:
    plain, dirty = ask("Where are you?").json(), ask("Wh\x00ere a\x07re you?").json()
    assert plain["translation"] == dirty["translation"]


@pytest.mark.parametrize(
    "text", ["ha " * 60, "no no no no no no no no no no no", "a" * 90, "?!" * 40 + "yes" + "?!" * 40]
)
def test_no_loop_goes_on(ask: Ask, text: str) -> None:
    started = time.process_time()
    body = ask(text).json()
    assert time.process_time() - started < 5
    assert "translation" not in body or len(body["translation"]) <= 2 * 96 + 8


def test_a_text_that_is_as_long_as_may_be_comes_back_whole(ask: Ask) -> None:
    text = "I don't know where you are today. " * 117
    body = ask(text[:4000].rsplit(". ", 1)[0] + ".").json()
    one = ask("I don't know where you are today.").json()["translation"]
    assert body["translation"] == one * 117 and body["warnings"] in ([], [BROKEN_OFF])


def test_chinese_is_written_in_ideographs_and_english_in_letters(ask: Ask, back: Ask) -> None:
    assert han_share(ask("We often swim in the sea.").json()["translation"]) == 1
    assert back("我们常常在海里游泳。").json()["translation"].isascii()


def test_health_and_versions(client: TestClient, ask: Ask) -> None:
    assert client.get("/healthz").json()["model"] == "translate"
    assert ask("Hello.", version="1.0.0").status_code == 200
    problem(ask("Hello.", version="9.9.9"), 404, "unknown-release")


def test_a_deadline_is_kept(client: TestClient) -> None:
    text = " ".join(f"I know {number} cats." for number in range(200))  # the same sentence would be read once
    body = {"text": text, "source": "en", "target": "zh"}
    response = client.post("/v1/translate", json=body, headers={"X-Deadline-Ms": "20"})
    problem(response, 504, "deadline-exceeded")


def test_a_body_that_is_no_json(client: TestClient) -> None:
    response = client.post("/v1/translate", content=b"{", headers={"Content-Type": "application/json"})
    problem(response, 400, "malformed-json")
