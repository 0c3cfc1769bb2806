"""The memory's heads, on made-up vectors and answers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.grading.features import hashed
from model_store.recipes.grader.cases import Case
from model_store.recipes.grader.memory import PRIOR, direction, fit_memory
from model_store.recipes.grader.vectors import Pair

LABELS = ("correct", "contradictory", "incorrect")


class Made:
    """Random vectors of any text, always the same for one text."""

    def __call__(self, text: str) -> Pair:
        chance = np.random.default_rng(len(text) + sum(map(ord, text)))
        last, lower = (chance.normal(size=(4, 8)).astype(np.float16) for _ in range(2))
        return last, lower


def cases(labels: str) -> list[Case]:
    """Answers to one question; c, x and i are the labels."""
    names = {"c": LABELS[0], "x": LABELS[1], "i": LABELS[2]}
    return [
        Case("q", "m", "train", "why?", ("since",), f"answer {'abcdefghij'[n] * 4} number {n}", names[label], 0.0)
        for n, label in enumerate(labels)
    ]


def fitted(labels: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the head says of each answer, and what heads of the others say."""
    given = cases(labels)
    memory, apart = fit_memory(given, given, Made())  # type: ignore[arg-type]
    scores = []
    for case in given:
        seen = np.concatenate([direction(Made(), case.answer, layer) for layer in (0, 1)])  # type: ignore[arg-type]
        places = hashed(case.answer)
        grams = (memory.grams[0, places] * memory.gram_scale[0]).sum(axis=0) / np.sqrt(len(places))
        by_vector = (seen - memory.centre[0]) @ (memory.vectors[0] * memory.vector_scale[0])
        scores.append(memory.prior[0] + by_vector + grams)
    return np.array(scores), apart


def test_a_head_has_learnt_its_own_answers_and_sums_to_one() -> None:
    scores, _ = fitted("cciixcic")
    assert (scores.argmax(axis=1) == ["cxi".index(label) for label in "cciixcic"]).mean() > 0.8
    assert scores.sum(axis=1) == pytest.approx(1, abs=0.05)


def test_what_is_left_out_tells_nothing_of_itself() -> None:
    _, before = fitted("cciixcic")
    _, after = fitted("cciixcii")  # the last one's label alone is another
    assert after[-1] == pytest.approx(before[-1], abs=1e-12)
    assert np.abs(after[:-1] - before[:-1]).max() > 0.01


def test_a_lone_answer_is_expected_to_be_like_any() -> None:
    _, apart = fitted("c")
    assert apart[0] == pytest.approx(PRIOR)
