"""answer-large: a tiny RoBERTa from its checkpoint to POST /v1/answer, by the real server with torch."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

pytest.importorskip("litserve")

from lectern.heavy import tiers
from lectern.heavy.tiers import Heavy
from lectern.release import Pin, Release, read_release
from lectern.settings import settings
from lectern.store import open_store
from model_store.release.signing import Signer
from tests.heavy.conftest import NAME, TRAINED, Running, reaching, serving, told_by, with_torch

pytestmark = pytest.mark.skipif(not TRAINED.exists(), reason="needs make train-env")

Ask = Callable[..., dict[str, Any]]
TEXTS = [f"The moon number {n} was found in {1800 + n}. " * (1 + n % 40) for n in range(24)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_by("spans_program", tmp_path_factory.mktemp("spans"))


@pytest.fixture(scope="module")
def running(found: dict[str, Any], answer_release: Release, signer: Signer) -> Iterator[Running]:
    release = read_release(open_store(settings().store), Pin("answer-large", "1.0.0"), signer.public_key())
    folder = Path(os.environ["LECTERN_STORE"].removeprefix("file:"))
    with serving(folder, signer.public_key(), release, with_torch(), SECONDS="60") as server:
        yield server


@pytest.fixture
def ask(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    from functions.answer.handler import app

    client = TestClient(app)

    def asked(context: str, **changes: Any) -> dict[str, Any]:
        request = {"question": "When was the moon found?", "context": context, "tier": "heavy", **changes}
        response = client.post("/v1/answer", json=request)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    made = Heavy.of(settings().model_copy(update={"heavy_endpoint": NAME, "heavy_seconds": 60.0}))
    monkeypatch.setattr(tiers, "shared", lambda: made)
    with reaching(running.port, monkeypatch):
        yield asked


def test_rows_stand_in_the_frame_of_their_own_tokenizer(found: dict[str, Any]) -> None:
    assert found["frame"] == [[0], [2, 2], [2]]
    assert found["kinds"] == [0]


def test_each_token_has_two_logits_alone_or_in_a_batch(found: dict[str, Any]) -> None:
    assert found["outputs"] == [2 * tokens for tokens in found["rows"]]
    assert max(found["rows"]) == 384 and len(set(found["rows"])) > 2
    assert all(logits == 2 * tokens for tokens, logits in found["golden"])
    assert len({tokens for tokens, _ in found["golden"]}) > 1
    assert found["spread"] > 1
    assert found["apart"] < 1e-4
    assert 0 < found["bfloat16"] < 0.5


def test_the_large_model_answers_with_a_part_of_the_text(ask: Ask, running: Running) -> None:
    body = ask(TEXTS[3])
    assert (body["tier"], body["warnings"]) == ("heavy", [])
    assert body["model"] == {"name": "answer-large", "version": "1.0.0", "digest": running.release.digest}
    assert body["answer"] is None or TEXTS[3][body["start"] : body["end"]] == body["answer"]


def test_in_a_crowd_everybody_gets_what_they_get_alone(ask: Ask) -> None:
    alone = [ask(text) for text in TEXTS]
    with ThreadPoolExecutor(len(TEXTS)) as pool:
        together = list(pool.map(ask, TEXTS))
    for one, other in zip(alone, together, strict=True):
        assert (one["tier"], other["tier"]) == ("heavy", "heavy")
        assert (one["answer"], one["start"], one["end"]) == (other["answer"], other["start"], other["end"])
        assert one["confidence"] == pytest.approx(other["confidence"], abs=1e-4)
    assert len({body["answer"] for body in alone}) > 3


def test_an_explanation_asks_the_large_model_too(ask: Ask) -> None:
    body = ask(TEXTS[0], explain=True)
    assert body["tier"] == "heavy"
    assert body["explanation"]["question"]
