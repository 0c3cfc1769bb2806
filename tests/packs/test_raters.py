"""What tells scores that belong to their texts from scores that don't."""

from collections.abc import Sequence

import numpy as np
import pytest

from model_store.question_packs.data import Question
from model_store.question_packs.raters import raters
from tests.packs.conftest import answers, seen

TEXTS = tuple(text for text, _ in answers())
FIRST = [2 * score for _, score in answers()]
SECOND = [1.0 if number % 4 < 2 else score for number, score in enumerate(FIRST)]


def test_scores_that_belong_to_their_texts_are_told_where_raters_agree_and_where_they_differ() -> None:
    found = _found(FIRST, SECOND)
    assert found["kappa"] == pytest.approx(1 - 0.5 / (1 + 0.5), abs=1e-4)  # by chance: both variances
    assert min(found["agree"], found["differ"]) > 0.9


def test_scores_dealt_anew_to_the_texts_are_not_told_though_raters_agree() -> None:
    order = np.random.default_rng(0).permutation(36)
    found = _found([FIRST[i] for i in order], [SECOND[i] for i in order])
    assert found["kappa"] == pytest.approx(1 - 0.5 / (1 + 0.5), abs=1e-4)
    assert max(found["agree"], found["differ"]) < 0.5


def _found(first: Sequence[float], second: Sequence[float]) -> dict[str, float]:
    question = Question("p", "", (), TEXTS, tuple(first), 2.0, 1.0, None, tuple(second))
    return raters(question, [seen(text) for text in TEXTS])
