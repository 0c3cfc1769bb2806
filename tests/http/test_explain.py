"""`explain: true` on POST /v1/grade, over HTTP and in batches."""

import dataclasses
import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from functions.grading.task import TASK
from lectern.call import Call
from lectern.errors import DeadlineExceeded
from lectern.model import ENCODER, LoadedModel
from lectern.models import shared
from lectern.perturbation import RUNS
from lectern.pipeline import answer
from lectern.principal import DEVELOPMENT
from lectern.release import Release
from tests.http.conftest import REQUEST

Grade = Callable[..., Any]
ANSWER = "Because it is lighter, and the ice has bubbles of air in it."


def test_an_effect_is_the_probability_that_the_label_loses_without_the_phrase(grade: Grade) -> None:
    plain, body = grade(answer=ANSWER).json(), grade(answer=ANSWER, explain=True).json()
    assert {name: body[name] for name in ("label", "probabilities", "score", "confidence", "needs_review")} == {
        name: plain[name] for name in ("label", "probabilities", "score", "confidence", "needs_review")
    }
    phrases = body["explanation"]["answer"]
    assert [phrase["effect"] for phrase in phrases] == sorted((p["effect"] for p in phrases), reverse=True)
    for phrase in phrases:
        without = ANSWER[: phrase["start"]] + ANSWER[phrase["end"] :]
        left = grade(answer=without).json()["probabilities"][body["label"]]
        assert phrase["effect"] == pytest.approx(body["probabilities"][body["label"]] - left, abs=1e-4)


def test_the_phrases_hold_the_whole_answer(grade: Grade) -> None:
    phrases = grade(answer=ANSWER, explain=True).json()["explanation"]["answer"]
    places = sorted((phrase["start"], phrase["end"]) for phrase in phrases)
    assert (
        "".join(ANSWER[start:end] for start, end in places) == ANSWER.replace(" ", "")
        or " ".join(ANSWER[start:end] for start, end in places) == ANSWER
    )


def test_references_are_compared_by_a_release_with_an_encoder(grade: Grade, release: Release) -> None:
    references = ["Ice has air inside.", "Frozen water is lighter."]
    phrases = grade(answer="It is lighter.", references=references, explain=True).json()["explanation"]["reference"]
    assert bool(phrases) == (ENCODER in release.manifest.files)
    for phrase in phrases:
        text = references[phrase["reference"]]
        assert 0 <= phrase["start"] < phrase["end"] <= len(text)
        assert -1 <= phrase["similarity"] <= 1
        assert phrase["covered"] == ("lighter" in text[phrase["start"] : phrase["end"]])


def test_nothing_is_explained_unless_asked(grade: Grade) -> None:
    assert grade().json()["explanation"] is None
    assert grade(explain=False).json()["explanation"] is None


@pytest.mark.parametrize("value", ["yes", 1, None])
def test_explain_is_true_or_false(grade: Grade, value: object) -> None:
    response = grade(explain=value)
    assert response.status_code == 422
    assert response.json()["errors"][0]["loc"] == ["explain"]


@pytest.mark.parametrize("answer", ["", " \n", "\u200b"])
def test_a_blank_answer_has_an_empty_explanation(grade: Grade, answer: str) -> None:
    assert grade(answer=answer, explain=True).json()["explanation"] == {"answer": [], "reference": []}


@pytest.mark.parametrize("answer", ["x", "?!", "lighter", "因为冰的密度比水小。", "👍🏽"])
def test_an_answer_of_one_word_is_one_phrase(grade: Grade, answer: str) -> None:
    body = grade(answer=answer, explain=True).json()
    (phrase,) = body["explanation"]["answer"]
    assert (phrase["start"], phrase["end"]) == (0, len(answer))


def test_a_long_answer_is_explained_within_the_runs(grade: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = list[Any]()
    grade()  # so that it is loaded: its self-test would not pass below

    def counted(model: LoadedModel, row: Any) -> Any:
        rows.append(row)
        return np.zeros(3, np.float32)

    monkeypatch.setattr(LoadedModel, "infer", counted)
    text = "The ice has bubbles in it. " * 150
    assert "windows" in grade(answer=text).json()["warnings"][0]
    plain = len(rows)
    assert len(grade(answer=text, explain=True).json()["explanation"]["answer"]) == 8  # 4 groups, 3 of one, 3 again
    assert plain > 1
    assert plain + RUNS < len(rows) - plain <= plain * (1 + RUNS)  # some windows are as they were


def test_offsets_count_code_points_of_the_text_without_control_characters(grade: Grade) -> None:
    plain = grade(answer="👍 it is lighter, of course", explain=True).json()["explanation"]["answer"]
    odd = grade(answer="👍 it\x00 is lighter,\x1b of course", explain=True).json()["explanation"]["answer"]
    assert plain == odd
    assert {(phrase["start"], phrase["end"]) for phrase in plain} == {(0, 16), (17, 26)}


def test_the_explanation_repeats_no_text(grade: Grade) -> None:
    body = grade(answer="It is zebra lighter, of zebra.", references=["A zebra reference."], explain=True)
    assert body.status_code == 200
    assert "zebra" not in body.text


def test_batches_explain_what_asks_for_it(grade: Grade) -> None:
    from functions.grading.handler import handler

    items = [REQUEST | {"id": "1", "answer": ANSWER, "explain": True}, REQUEST | {"id": "2", "answer": ANSWER}]
    done = handler({"Items": items}, SimpleNamespace(aws_request_id="r"))["Items"]
    assert done[0]["explanation"] == grade(answer=ANSWER, explain=True).json()["explanation"]
    assert done[1]["explanation"] is None
    json.dumps(done)


@pytest.mark.parametrize(("late", "stage"), [("postprocess", "explain"), ("explain", "tokenise|infer")])
def test_the_deadline_holds_before_and_during_an_explanation(
    grade: Grade, monkeypatch: pytest.MonkeyPatch, late: str, stage: str
) -> None:
    """A minute passes in one of the task's functions; the deadline was after half of it."""
    assert grade().status_code == 200  # so that a release is loaded
    clock = SimpleNamespace(monotonic=time.monotonic)
    monkeypatch.setattr("lectern.call.time", clock)

    def slow(*given: Any) -> Any:
        clock.monotonic = lambda: time.monotonic() + 60
        return getattr(TASK, late)(*given)

    changed: Any = {late: slow}
    task = dataclasses.replace(TASK, **changed)
    call = Call(DEVELOPMENT, "r", deadline=time.monotonic() + 30)
    with pytest.raises(DeadlineExceeded, match=stage):
        answer(task, REQUEST | {"answer": ANSWER, "explain": True}, call, shared())


def test_logs_tell_how_long_it_took(grade: Grade, output: Callable[[], str]) -> None:
    grade(answer=ANSWER, explain=True)
    lines = [json.loads(line) for line in output().splitlines()]
    line = next(line for line in lines if line.get("message") == "answered")
    assert line["milliseconds"]["explain"] > line["milliseconds"]["infer"]
