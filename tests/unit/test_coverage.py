import numpy as np
import pytest

from lectern.coverage import similarities
from lectern.phrases import Span, words
from lectern.probe import Reading

TURNED = float(np.sqrt(0.5))
"""The cosine of 45 degrees."""


def reading(text: str, *vectors: tuple[float, float]) -> Reading:
    return Reading(text, tuple(words(text)), np.array(vectors, dtype=np.float32).reshape(-1, 2))


REFERENCE = reading("the ice is dense", (9, 9), (2, 0), (9, 9), (0, 3))
ICE, DENSE = Span(0, 7), Span(8, 16)


def test_a_phrase_has_the_mean_of_its_content_words_best_matches() -> None:
    answer = reading("ice floats", (5, 0), (1, 1))
    assert similarities(REFERENCE, [ICE, DENSE], answer) == pytest.approx([1.0, TURNED])
    assert similarities(REFERENCE, [Span(0, 16)], answer) == pytest.approx([(1 + TURNED) / 2])


def test_length_of_vectors_and_order_of_words_do_not_matter() -> None:
    one, other = reading("a b", (5, 0), (1, 1)), reading("b a", (7, 7), (0.1, 0))
    assert similarities(REFERENCE, [ICE], one) == pytest.approx(similarities(REFERENCE, [ICE], other))


def test_function_words_count_where_there_is_nothing_else() -> None:
    reference = reading("because of", (1, 0), (0, 1))
    assert similarities(reference, [Span(0, 10)], reading("x", (1, 0))) == pytest.approx([0.5])


def test_nothing_to_compare_with() -> None:
    assert similarities(REFERENCE, [ICE], reading("")) == [-1.0]
    assert similarities(REFERENCE, [Span(16, 20)], reading("x", (1, 0))) == [0.0]
    assert similarities(REFERENCE, [ICE], reading("x", (0, 0))) == [0.0]
