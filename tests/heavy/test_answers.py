"""POST /v1/answer by tier, the endpoint being one that misbehaves as told: every request gets its answer."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from lectern.heavy.tiers import FALLEN_BACK
from lectern.manifest import GoldenVector
from lectern.release import Release
from model_store.catalogue import read_model
from model_store.release.signing import Signer
from model_store.sources import base_folder
from tests.heavy.asking import Ask, Configure, asking, configuring
from tests.heavy.conftest import Stub
from tests.heavy.made import publish_made
from tests.heavy.test_tiers import FAULTS

REQUEST = {
    "question": "How many moons does Mars have?",
    "context": "Mars has two moons. Asaph Hall found both of them.",
}
TWO = 11
"""The token of `two` in its row: [CLS] and six words and a mark and [SEP] stand before `mars has two`."""


@pytest.fixture(scope="module")
def large(answer_release: Release, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Release:
    tokenizer = (base_folder(read_model("answer").base) / "tokenizer.json").read_bytes()
    vectors = tuple(GoldenVector(input_ids=(1,) * n, token_type_ids=(0,) * n, logits=(0.5,) * (2 * n)) for n in (3, 5))
    folder = tmp_path_factory.mktemp("answer-large") / "made"
    return publish_made(signer, folder, "answer-large", "answer", tokenizer, vectors, 256)


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch, large: Release, stub: Stub) -> Configure:
    stub.answer = at(large.digest, TWO)
    return configuring(monkeypatch)


@pytest.fixture
def ask(heavy: Configure) -> Ask:
    from functions.answer.handler import app

    return asking(app, "/v1/answer", REQUEST)


def at(digest: str, place: int) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    """An endpoint that is sure of the token in this place of every row."""

    def act(asked: dict[str, Any]) -> tuple[int, Any]:
        logits = [[0.0] * (2 * len(row["input_ids"])) for row in asked["rows"]]
        for row in logits:
            here = min(2 * place, len(row) - 4)  # an explanation asks with a shorter question
            row[here : here + 2] = [4.0, 3.0]
        return 200, {"digest": digest, "logits": logits}

    return act


def test_without_a_tier_nobody_asks_the_endpoint(ask: Ask, stub: Stub) -> None:
    body = ask()
    assert (body["tier"], body["model"]["name"], stub.asked) == ("fast", "answer", 0)


def test_the_large_model_answers_by_its_own_release(ask: Ask, stub: Stub, large: Release) -> None:
    body = ask(tier="heavy")
    assert (body["answer"], body["start"], body["end"]) == ("two", 9, 12)
    assert body["confidence"] == pytest.approx(0.99909, abs=1e-5)  # of a case of 7 against none, not yet calibrated
    assert (body["tier"], body["warnings"]) == ("heavy", [])
    assert body["model"] == {"name": "answer-large", "version": "2.0.0", "digest": large.digest}


def test_the_endpoint_learns_the_tokens_alone(ask: Ask, stub: Stub, large: Release) -> None:
    """Not where each stands in the text: that is the function's own business."""
    rows: list[dict[str, Any]] = []
    right = at(large.digest, TWO)
    stub.answer = lambda asked: rows.extend(asked["rows"]) or right(asked)  # type: ignore[func-returns-value]
    ask(tier="heavy")
    assert [(row["features"], row["hashes"]) for row in rows] == [([], [])]
    assert len(rows[0]["input_ids"]) == len(rows[0]["token_type_ids"])


def test_a_long_text_goes_over_in_windows(ask: Ask, stub: Stub) -> None:
    body = ask(tier="heavy", context=REQUEST["context"] + " It is dull." * 400)
    assert (body["tier"], body["answer"]) == ("heavy", "two"), "the first window is as sure as the others"
    assert stub.asked == 1


def test_more_windows_than_the_endpoint_takes_are_answered_here(ask: Ask, stub: Stub) -> None:
    body = ask(tier="heavy", context="a b " * 12_000)
    assert (body["tier"], body["warnings"], stub.asked) == ("fast", [FALLEN_BACK], 0)


def test_auto_escalates_below_the_threshold_alone(ask: Ask, stub: Stub, heavy: Configure) -> None:
    confidence = ask()["confidence"]
    heavy(heavy_below=confidence)
    assert (ask(tier="auto")["tier"], stub.asked) == ("fast", 0)
    heavy(heavy_below=confidence + 1e-6)
    assert (ask(tier="auto")["tier"], stub.asked) == ("heavy", 1)


def test_an_explanation_is_of_who_answered(ask: Ask, stub: Stub, heavy: Configure) -> None:
    body = ask(tier="heavy", explain=True)
    assert (body["tier"], stub.asked > 1) == ("heavy", True)
    assert body["explanation"]["context"]
    heavy(heavy_below=0.0)
    before = stub.asked
    body = ask(tier="auto", explain=True)
    assert (body["tier"], stub.asked) == ("fast", before)
    assert body["explanation"]["question"]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_the_fast_model_answers_and_says_so(ask: Ask, stub: Stub, fault: str) -> None:
    expected = ask()
    stub.answer, times = FAULTS[fault]
    body = ask(tier="heavy")
    assert body == expected | {"request_id": body["request_id"], "warnings": [FALLEN_BACK]}
    assert (body["tier"], stub.asked) == ("fast", times)


@pytest.mark.parametrize("change", [-2, -1, 1, 2])
def test_another_number_of_logits_is_no_answer(ask: Ask, stub: Stub, large: Release, change: int) -> None:
    def act(asked: dict[str, Any]) -> tuple[int, Any]:
        return 200, {
            "digest": large.digest,
            "logits": [[0.0] * (2 * len(r["input_ids"]) + change) for r in asked["rows"]],
        }

    stub.answer = act
    assert ask(tier="heavy")["warnings"] == [FALLEN_BACK]


def test_a_hanging_endpoint_keeps_within_the_callers_deadline(
    ask: Ask, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lectern.heavy.tiers.RESERVE", 9.5)  # a busy machine takes its time over the fast answer
    stub.answer, _ = FAULTS["hangs"]
    started = time.monotonic()
    assert ask(tier="heavy", headers={"X-Deadline-Ms": "10000"})["tier"] == "fast"
    assert time.monotonic() - started < 10


def test_a_version_is_one_of_the_fast_model(ask: Ask) -> None:
    from functions.answer.handler import app

    response = TestClient(app).post("/v1/answer", json=REQUEST | {"tier": "heavy", "version": "1.0.0"})
    assert (response.status_code, "tier fast" in response.text) == (422, True)
    assert TestClient(app).post("/v1/answer", json=REQUEST | {"tier": "slow"}).status_code == 422
