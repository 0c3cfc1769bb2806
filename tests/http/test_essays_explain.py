"""`explain: true` on POST /v1/essays/score, over HTTP and in batches."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from starlette.testclient import TestClient

from functions.essays.heads import Heads
from lectern.model import Encoding, LoadedModel
from lectern.perturbation import RUNS
from lectern.release import Release
from tests.http.test_essays import ESSAY, SCALE, STORY, Score

FINE = {"min": 0, "max": 1, "step": 0.0001}


@pytest.fixture
def score(essays_release: Release) -> Score:
    """POST /v1/essays/score with fields changed."""
    from functions.essays.handler import app

    client = TestClient(app, raise_server_exceptions=False)
    return lambda **changes: client.post("/v1/essays/score", json={"essay": ESSAY, "scale": SCALE} | changes)


def explained(score: Score, **changes: Any) -> list[dict[str, Any]]:
    response = score(explain=True, **changes)
    assert response.status_code == 200, response.text
    parts: list[dict[str, Any]] = response.json()["explanation"]["essay"]
    return parts


def test_an_effect_is_what_the_score_loses_without_the_passage(score: Score) -> None:
    plain, body = score(scale=FINE).json(), score(scale=FINE, explain=True).json()
    parts = body["explanation"]["essay"]
    assert body | {"explanation": None, "request_id": ""} == plain | {"request_id": ""}
    assert 5 <= len(parts) <= RUNS
    assert [part["effect"] for part in parts] == sorted((part["effect"] for part in parts), reverse=True)
    for part in parts:
        text = ESSAY[: part["start"]] + ESSAY[part["end"] :]
        left = score(essay=text, scale=FINE, prompt=body["known_prompt"]).json()["score"]
        assert part["effect"] == pytest.approx(body["score"] - left, abs=2e-4)


def test_effects_are_points_of_the_requests_scale_and_always_the_same(score: Score) -> None:
    small, large, again = (explained(score, scale=scale) for scale in (FINE, SCALE, SCALE))
    assert large == again
    assert [(part["start"], part["end"]) for part in small] == [(part["start"], part["end"]) for part in large]
    assert [10 * part["effect"] for part in small] == pytest.approx([part["effect"] for part in large], abs=2e-3)


def test_nothing_is_explained_unless_asked_and_nothing_else_is_told(score: Score) -> None:
    plain, told = score().json(), score(explain=True).json()
    assert plain["explanation"] is None
    assert set(told) == set(plain)


def test_passages_hold_the_whole_essay(score: Score) -> None:
    places = sorted((part["start"], part["end"]) for part in explained(score))
    assert " ".join(ESSAY[start:end] for start, end in places) == ESSAY.strip()


@pytest.mark.parametrize("essay", ["", "   ", "\u200b"])
def test_a_blank_essay_has_an_empty_explanation(score: Score, essay: str) -> None:
    assert explained(score, essay=essay) == []


@pytest.mark.parametrize(
    "essay",
    ["x", "?!", "One sentence, no more.", "👍🏽 e\u0301 fi\x00ne 🏳️‍🌈. [SEP] \U0010ffff.", "计算机帮助人们学习。" * 20],
)
def test_odd_essays_are_explained(score: Score, essay: str) -> None:
    """Offsets count code points of the text without control characters."""
    seen = essay.replace("\x00", "")
    places = sorted((part["start"], part["end"]) for part in explained(score, essay=essay))
    assert " ".join(seen[start:end] for start, end in places) == seen


def test_a_score_at_the_end_of_its_scale_hides_nothing(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    by_length = lambda self, reading: np.full(len(self.names), np.expm1(reading.measures[0]))  # noqa: E731
    monkeypatch.setattr(Heads, "scores", by_length)
    assert score().json()["score"] == SCALE["max"]
    assert sum(part["effect"] for part in explained(score)) == pytest.approx(10 * len(ESSAY.split()), rel=0.1)


def test_what_is_unchanged_is_not_read_again(score: Score, monkeypatch: pytest.MonkeyPatch) -> None:
    """The windows before a deleted passage, and the prompt's text."""
    rows = list[Encoding]()

    def counted(model: LoadedModel, row: Encoding) -> NDArray[np.float32]:
        rows.append(row)
        return np.ones(384, np.float32)

    monkeypatch.setattr(LoadedModel, "infer", counted)
    long = " ".join(f"This is sentence {number} about bees." for number in range(1500))
    score(essay=long)
    plain = len(rows)
    assert plain > 30
    rows.clear()
    assert len(explained(score, essay=long, prompt="Write about bees.")) == RUNS
    assert len(rows) <= 1 + plain * (1 + 0.6 * RUNS)
    assert sum(row.token_type_ids[0] for row in rows) == 1


def test_batches_explain_what_asks_for_it(score: Score) -> None:
    from functions.essays.handler import handler

    items: list[dict[str, Any]] = [{"essay": STORY, "scale": FINE, "explain": flag} for flag in (True, False)]
    first, second = handler({"Items": items}, None)["Items"]
    assert first["explanation"]["essay"] == explained(score, essay=STORY, scale=FINE)
    assert second["explanation"] is None
