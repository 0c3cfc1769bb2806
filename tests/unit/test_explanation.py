"""A grade's explanation, with a probe whose answers are known by construction."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from functions.grading.explanation import explain
from functions.grading.schemas import GradeRequest
from lectern.errors import InvalidRequest
from lectern.phrases import words
from lectern.probe import Probe, Reading

QUESTION = "Why does ice float?"
VOCABULARY = ["ice", "float", "lighter", "dense", "water", "air", "inside"]


def read(text: str, keep: bool) -> Reading:
    """A word's vector is its own axis, so that words are alike or have nothing in common."""
    bare = [text[word.start : word.end].lower().strip(".,?") for word in words(text)]
    vectors = np.zeros((len(bare), len(VOCABULARY) + 1), np.float32)
    for row, word in zip(vectors, bare, strict=True):
        row[VOCABULARY.index(word) if word in VOCABULARY else -1] = 1
    assert keep == (text != "It is lighter than water."), "a student's text is not kept"
    return Reading(text, tuple(words(text)), vectors)


def answers(requests: Sequence[GradeRequest]) -> list[Mapping[str, object]]:
    return [{"probabilities": probabilities(request.answer)} for request in requests]


def probabilities(answer: str) -> dict[str, float]:
    correct = 0.75 if "lighter" in answer else 0.25
    return {"correct": correct, "incorrect": 1 - correct}


PROBE = Probe(answers, read)


def explained(answer: str, *references: str, label: str = "correct", probe: Probe = PROBE) -> dict[str, Any]:
    request = GradeRequest(question=QUESTION, references=list(references), answer=answer, explain=True)
    return explain(request, {"label": label, "probabilities": probabilities(answer)}, probe).model_dump()


def test_effects_are_on_the_label_that_was_given() -> None:
    phrases = [{"start": 0, "end": 13, "effect": 0.5}, {"start": 14, "end": 25, "effect": 0.0}]
    found = explained("It is lighter than water.", "Ice is dense.")
    assert found["answer"] == phrases
    turned = explained("It is lighter than water.", "Ice is dense.", label="incorrect")
    assert [phrase["effect"] for phrase in turned["answer"]] == [0.0, -0.5]


def test_a_reference_is_covered_phrase_by_phrase() -> None:
    found = explained("It is lighter than water.", "Because lighter and with air inside.")
    assert found["reference"] == [
        {"reference": 0, "start": 0, "end": 15, "covered": True, "similarity": 1.0},
        {"reference": 0, "start": 16, "end": 36, "covered": False, "similarity": 0.0},
    ]


def test_the_reference_that_is_covered_best_counts() -> None:
    found = explained("It is lighter than water.", "There is air inside.", "It is dense, but lighter.", "It has air.")
    assert [(part["reference"], part["covered"]) for part in found["reference"]] == [(1, False), (1, True)]


def test_what_the_question_says_already_need_not_be_said_again() -> None:
    found = explained("It is lighter than water.", "The ice is lighter than air.")
    assert [(part["start"], part["end"]) for part in found["reference"]] == [(8, 18), (19, 28)]


def test_a_reference_that_only_repeats_the_question_is_shown_whole() -> None:
    found = explained("It is lighter than water.", "Ice, as ice, does float.")
    assert [part["covered"] for part in found["reference"]] == [False, False, False]


@pytest.mark.parametrize("answer", ["", " \n", "\u200b"])
def test_a_blank_answer_asks_nothing(answer: str) -> None:
    silent = Probe(lambda _: pytest.fail("asked"), lambda text, keep: pytest.fail("read"))
    assert explained(answer, "Ice is dense.", probe=silent) == {"answer": [], "reference": []}


def test_a_release_without_an_encoder_explains_the_answer_alone() -> None:
    found = explained("It is lighter than water.", "Ice is dense.", probe=Probe(answers, None))
    assert len(found["answer"]) == 2 and found["reference"] == []


def test_an_answer_that_is_too_long_without_a_phrase_is_graded_all_the_same() -> None:
    def refused(requests: Sequence[GradeRequest]) -> list[Mapping[str, object]]:
        raise InvalidRequest("The answer is too long beside this question and reference.")

    found = explained("It is lighter than water.", "Ice is dense.", probe=Probe(refused, read))
    assert found["answer"] == [] and len(found["reference"]) == 1
