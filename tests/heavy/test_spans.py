"""answer-large: a tiny RoBERTa from its checkpoint to POST /v1/answer, by the real server with torch."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("litserve")

from lectern.release import Release
from model_store.release.signing import Signer
from tests.heavy.asking import Ask, asking, configuring, serving_with_torch
from tests.heavy.conftest import TRAINED, Running, reaching, told_by

pytestmark = pytest.mark.skipif(not TRAINED.exists(), reason="needs make train-env")

TEXTS = [f"The moon number {n} was found in {1800 + n}. " * (1 + n % 40) for n in range(24)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_by("spans_program", tmp_path_factory.mktemp("spans"))


@pytest.fixture(scope="module")
def running(found: dict[str, Any], answer_release: Release, signer: Signer) -> Iterator[Running]:
    with serving_with_torch("answer-large", signer) as server:
        yield server


@pytest.fixture
def ask(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    from functions.answer.handler import app

    configuring(monkeypatch, heavy_seconds=60.0)
    asked = asking(app, "/v1/answer", {"question": "When was the moon found?", "tier": "heavy"})
    with reaching(running.port, monkeypatch):
        yield lambda context, **changes: asked(context=context, **changes)


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
