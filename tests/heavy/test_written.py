"""summaries-large: a tiny BART from its checkpoint to POST /v1/summarize, by the real server with torch."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

pytest.importorskip("litserve")

from functions.summarize.written import IN_PARTS
from lectern.heavy.tiers import FALLEN_BACK
from lectern.release import Release
from model_store.release.signing import Signer
from tests.heavy.asking import Ask, asking, configuring, serving_with_torch
from tests.heavy.conftest import TRAINED, Running, reaching, told_by

pytestmark = pytest.mark.skipif(not TRAINED.exists(), reason="needs make train-env")

TEXTS = [f"The moon number {n} was found in {1800 + n}. " * (1 + n % 4) for n in range(8)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_by("written_program", tmp_path_factory.mktemp("written"))


@pytest.fixture(scope="module")
def running(found: dict[str, Any], summaries_release: Release, signer: Signer) -> Iterator[Running]:
    with serving_with_torch("summaries-large", signer) as server:
        yield server


@pytest.fixture
def ask(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ask]:
    from functions.summarize.handler import app

    configuring(monkeypatch, heavy_seconds=60.0)
    asked = asking(app, "/v1/summarize", {"tier": "heavy"})
    with reaching(running.port, monkeypatch):
        yield lambda text, **changes: asked(text=text, **changes)


def test_a_text_is_written_the_same_in_whatever_company(found: dict[str, Any]) -> None:
    assert found["single"] == found["together"]
    assert len(set(found["rows"])) > 3
    assert len({tuple(tokens) for tokens in found["single"]}) == len(found["single"])


def test_what_is_written_ends_and_is_no_longer_than_the_release_says(found: dict[str, Any]) -> None:
    for tokens in found["single"]:
        assert tokens[-1] == 2 and 2 not in tokens[:-1]
        assert len(tokens) <= 40


def test_golden_vectors_are_the_chances_of_given_tokens(found: dict[str, Any]) -> None:
    assert all(written == logits > 10 for written, logits in found["golden"])
    assert found["golden_spread"] > 0.5
    assert len(found["scores"]) == len(found["single"][0])
    assert all(score <= 0 for score in found["scores"])
    assert "generation_config.json" in found["files"]


def test_a_summary_is_written_by_the_large_model(ask: Ask, running: Running) -> None:
    body = ask(TEXTS[3])
    assert (body["tier"], body["written"], body["sentences"], body["warnings"]) == ("heavy", True, [], [])
    assert body["model"] == {"name": "summaries-large", "version": "1.0.0", "digest": running.release.digest}
    assert body["summary"] and body["summary"] not in TEXTS[3]


def test_in_a_crowd_everybody_gets_what_they_get_alone(ask: Ask) -> None:
    alone = [said(ask(text)) for text in TEXTS]
    with ThreadPoolExecutor(len(TEXTS)) as pool:
        together = [said(body) for body in pool.map(ask, TEXTS)]
    assert together == alone
    assert len({summary for tier, summary in alone if tier == "heavy"}) > 3, "random tokens can be no text at all"


def said(body: dict[str, Any]) -> tuple[str, str]:
    return body["tier"], body["summary"]


def test_a_long_text_is_summarized_in_parts_first(ask: Ask) -> None:
    body = ask("The moon was found by the light of the capital. " * 60)
    assert (body["tier"], body["written"], body["warnings"]) == ("heavy", True, [IN_PARTS])


def test_a_sentence_that_does_not_fit_is_left_to_the_fast_model(ask: Ask) -> None:
    body = ask("The moon was found, and " * 60 + "lost. It was dark.", sentences=1)
    assert (body["tier"], body["written"], FALLEN_BACK in body["warnings"]) == ("fast", False, True)
    assert len(body["sentences"]) == 1
