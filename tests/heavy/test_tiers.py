"""POST /v1/grade by tier, the endpoint being one that misbehaves as told: every request gets its answer."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from infra.local.heavy import free_port
from lectern.errors import UnknownRelease
from lectern.heavy import tiers
from lectern.heavy.breaker import FAILURES
from lectern.heavy.tiers import FALLEN_BACK
from lectern.models import Models
from lectern.release import Pin, Release
from lectern.settings import settings
from lectern.store import open_store
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer
from tests.heavy.asking import Ask, Configure, asking, configuring
from tests.heavy.conftest import NAME, Stub, reaching
from tests.http.conftest import REQUEST
from tests.logs import logged
from tests.release.tiny import tiny_build

SURE = [2.0, 0.0, -2.0]


@pytest.fixture(scope="module")
def large(release: Release, signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of grading-large beside the fast one."""
    store = open_store(settings().store)
    build = tiny_build(tmp_path_factory.mktemp("large") / "tiny")
    published = publish(store, signer, build, "grading-large", "2.0.0")
    promote(store, signer.public_key(), "grading-large", "2.0.0", "live", "tests")
    return published


@pytest.fixture
def heavy(monkeypatch: pytest.MonkeyPatch, large: Release, stub: Stub) -> Configure:
    stub.answer = sure(large.digest)
    return configuring(monkeypatch)


@pytest.fixture
def ask(release: Release, heavy: Configure) -> Ask:
    from functions.grading.handler import app

    return asking(app, "/v1/grade", REQUEST)


def sure(digest: str, logits: list[float] = SURE) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    return lambda asked: (200, {"digest": digest, "logits": [logits] * len(asked["rows"])})


def test_without_a_tier_nobody_asks_the_endpoint(ask: Ask, stub: Stub) -> None:
    body = ask()
    assert (body["tier"], body["model"]["name"], stub.asked) == ("fast", "grading", 0)


def test_the_heavy_model_answers_by_its_own_release(ask: Ask, stub: Stub, large: Release) -> None:
    body = ask(tier="heavy")
    assert body["tier"] == "heavy"
    assert body["model"] == {"name": "grading-large", "version": "2.0.0", "digest": large.digest}
    assert body["probabilities"]["correct"] == pytest.approx(0.8668, abs=1e-4)
    assert body["warnings"] == []
    assert stub.seen == [{"path": f"/endpoints/{NAME}/invocations", "component": None}]


def test_an_inference_component_is_named(ask: Ask, stub: Stub, heavy: Configure) -> None:
    heavy(heavy_components={"grading-large": "grading-large"})
    assert ask(tier="heavy")["tier"] == "heavy"
    assert stub.seen[0]["component"] == "grading-large"


def test_a_model_without_a_component_is_not_asked_for(ask: Ask, stub: Stub, heavy: Configure) -> None:
    heavy(heavy_components={"answer-large": "answer-large"})
    assert (ask(tier="heavy")["warnings"], stub.asked) == ([FALLEN_BACK], 0)


def test_auto_escalates_below_the_threshold_alone(ask: Ask, stub: Stub, heavy: Configure) -> None:
    confidence = ask()["confidence"]
    heavy(heavy_below=confidence)
    assert (ask(tier="auto")["tier"], stub.asked) == ("fast", 0)
    heavy(heavy_below=confidence + 1e-6)
    assert (ask(tier="auto")["tier"], stub.asked) == ("heavy", 1)


def test_a_sure_answer_is_explained_by_the_fast_model(ask: Ask, stub: Stub, heavy: Configure) -> None:
    heavy(heavy_below=0.0)
    body = ask(tier="auto", explain=True)
    assert body["explanation"]["answer"]
    assert body == ask(explain=True) | {"request_id": body["request_id"]}
    assert stub.asked == 0


def test_a_heavy_answer_is_explained_by_the_heavy_model(ask: Ask, stub: Stub) -> None:
    body = ask(tier="heavy", explain=True)
    assert body["tier"] == "heavy"
    assert body["explanation"]["reference"] == []
    assert body["explanation"]["answer"]


def test_a_blank_answer_needs_no_endpoint(ask: Ask, stub: Stub) -> None:
    assert ask(tier="heavy", answer="  ")["label"] == "incorrect"
    assert stub.asked == 0


def model_error(status: int) -> Callable[[dict[str, Any]], tuple[int, Any]]:
    """As SageMaker tells of a container's own status."""
    return lambda asked: (424, {"Message": "Received error", "OriginalStatusCode": status, "OriginalMessage": ""})


HANGING = 30.0
"""Seconds: on no machine as long as an answer that did not wait for it."""


def slow(asked: dict[str, Any]) -> tuple[int, Any]:
    time.sleep(HANGING)
    return 200, {}


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], tuple[int, Any]], int]] = {
    "garbage": (lambda asked: (200, b"<html>"), 1),
    "no rows": (lambda asked: (200, {"digest": "", "logits": []}), 1),
    "another digest": (sure("0" * 64), 1),
    "not a number": (lambda asked: (200, b'{"digest":"x","logits":[[NaN,1,2]]}'), 1),
    "5xx of the container": (model_error(500), 3),
    "overloaded container": (model_error(503), 3),
    "another release": (model_error(409), 1),
    "rows refused": (model_error(422), 1),
    "5xx of the service": (lambda asked: (500, {"message": "InternalFailure"}), 3),
    "throttling": (lambda asked: (400, {"__type": "ThrottlingException", "message": "slow down"}), 3),
    "no such endpoint": (lambda asked: (400, {"__type": "ValidationError", "message": "not found"}), 1),
    "forbidden": (lambda asked: (403, {"__type": "AccessDeniedException", "message": "no"}), 1),
    "hangs": (slow, 1),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_goes_wrong_the_fast_model_answers_and_says_so(ask: Ask, stub: Stub, fault: str) -> None:
    expected = ask()
    stub.answer, times = FAULTS[fault]
    started = time.monotonic()
    body = ask(tier="heavy")
    assert time.monotonic() - started < HANGING
    assert body == expected | {"request_id": body["request_id"], "warnings": [FALLEN_BACK]}
    assert body["tier"] == "fast"
    assert stub.asked == times


def test_auto_says_so_too(ask: Ask, stub: Stub, heavy: Configure) -> None:
    heavy(heavy_below=1.0)
    stub.answer, _ = FAULTS["5xx of the container"]
    body = ask(tier="auto", explain=True)
    assert (body["tier"], body["warnings"]) == ("fast", [FALLEN_BACK])
    assert body["explanation"]["answer"]


def test_nobody_listens(ask: Ask, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    with reaching(free_port(), monkeypatch):
        assert ask(tier="heavy")["warnings"] == [FALLEN_BACK]


def test_no_endpoint_is_configured(ask: Ask, stub: Stub, heavy: Configure) -> None:
    heavy(heavy_endpoint="")
    body = ask(tier="heavy")
    assert (body["tier"], body["warnings"], stub.asked) == ("fast", [FALLEN_BACK], 0)


def test_no_release_of_the_heavy_model_is_live(ask: Ask, stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve = Models.resolve

    def resolved(self: Models, model: str, *rest: Any) -> Pin:
        if model == "grading-large":
            raise UnknownRelease("The model has no alias.")
        return resolve(self, model, *rest)

    monkeypatch.setattr(Models, "resolve", resolved)
    assert (ask(tier="heavy")["warnings"], stub.asked) == ([FALLEN_BACK], 0)


def test_a_deadline_shorter_than_one_call_leaves_the_fast_model_its_time(ask: Ask, stub: Stub) -> None:
    body = ask(tier="heavy", headers={"X-Deadline-Ms": "300"})
    assert (body["tier"], body["warnings"], stub.asked) == ("fast", [FALLEN_BACK], 0)


def test_a_hanging_endpoint_keeps_within_the_callers_deadline(
    ask: Ask, stub: Stub, heavy: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a second is the endpoint's, the rest the fast model's, which a machine that does much else can need."""
    heavy(heavy_seconds=60.0)
    monkeypatch.setattr(tiers, "RESERVE", 9.5)
    stub.answer, _ = FAULTS["hangs"]
    started = time.monotonic()
    body = ask(tier="heavy", headers={"X-Deadline-Ms": "10000"})
    assert (body["tier"], body["warnings"], stub.asked) == ("fast", [FALLEN_BACK], 1)
    assert time.monotonic() - started < 10


def test_an_endpoint_that_is_down_costs_only_the_first_ones_time(ask: Ask, stub: Stub) -> None:
    """Twenty callers at a time, an endpoint that hangs: all are answered, and soon nobody waits for it."""
    stub.answer, _ = FAULTS["hangs"]
    callers = 20
    with ThreadPoolExecutor(callers) as pool:
        found = list(pool.map(lambda _: ask(tier="heavy"), range(2 * callers)))
    assert {(body["tier"], *body["warnings"]) for body in found} == {("fast", FALLEN_BACK)}
    before = stub.asked
    assert FAILURES <= before < callers + FAILURES, "those who ask already, and one for each failure but the last"
    ask(tier="heavy")
    assert stub.asked == before


def test_a_version_is_one_of_the_fast_model(ask: Ask, release: Release) -> None:
    from functions.grading.handler import app

    for tier in ("heavy", "auto"):
        response = TestClient(app).post("/v1/grade", json=REQUEST | {"tier": tier, "version": "1.0.0"})
        assert response.status_code == 422
        assert "tier fast" in response.text
    assert ask(tier="fast", version="1.0.0")["tier"] == "fast"
    assert TestClient(app).post("/v1/grade", json=REQUEST | {"tier": "slow"}).status_code == 422


def test_the_logs_say_why_and_nothing_of_the_text(ask: Ask, stub: Stub, capfd: pytest.CaptureFixture[str]) -> None:
    stub.answer, _ = FAULTS["garbage"]
    with logged() as log:
        ask(tier="heavy", answer="zebra-7431 is not to be logged")
    printed = log.getvalue() + "".join(capfd.readouterr())
    assert '"fallbacks":["EndpointRejected"]' in printed
    assert '"Fallbacks":1' in printed
    assert "zebra-7431" not in printed


def test_a_questions_own_pack_has_the_last_word(ask: Ask, stub: Stub, heavy: Configure) -> None:
    from functions.grading.handler import app

    heavy(heavy_below=1.0)
    grades = [{"answer": f"{word} is lighter", "score": n % 2} for n, word in enumerate("abcdefghijkl")]
    pack = {"question": REQUEST["question"], "references": REQUEST["references"], "max_score": 2, "grades": grades}
    assert TestClient(app).put("/v1/questions/tiers/pack", json=pack).status_code < 300
    for tier in ("auto", "heavy"):
        body = ask(tier=tier, question_id="tiers")
        assert (body["tier"], body["pack"]["grades"], body["warnings"]) == ("fast", 12, [])
    assert stub.asked == 0
    assert ask(tier="heavy", question_id="without")["tier"] == "heavy"


def test_items_of_a_batch_have_tiers_of_their_own(ask: Ask, stub: Stub) -> None:
    from functions.grading.handler import handler

    items = [REQUEST | {"tier": tier} for tier in ("fast", "heavy")] + [dict(REQUEST)]
    found = handler({"Items": items}, None)["Items"]
    assert [item["tier"] for item in found] == ["fast", "heavy", "fast"]
