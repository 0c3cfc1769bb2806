"""The graph of two branches: what is kept gives what reading all of it again gives, and no row changes another."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray

from lectern.generation.generate import Reading, score, write
from lectern.generation.writing import Rules, Writing
from model_store.build.layers import floats, pack
from model_store.build.sequence_graph import sequence_graph
from tests.translate.random_translator import HEADS, VOCABULARY, random_weights

SOURCE, TOLD = [3, 10, 11, 12, 13, 2], [3, 20, 21, 22, 23, 24]
ONE = np.zeros(1, dtype=np.int64)
RULES = Rules(
    Writing(
        tokens=tuple(map(str, range(VOCABULARY))),
        end=2,
        writable={3: tuple(range(2, VOCABULARY)), 4: (2, 5, 6)},
        beams=3,
        length_penalty=1.0,
        most_per_token=2.0,
        most_more=3,
    )
)


def session(weights: dict[str, NDArray[Any]]) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(sequence_graph(weights, HEADS).SerializeToString())


@pytest.fixture(scope="module")
def plain() -> onnxruntime.InferenceSession:
    return session(random_weights())


def test_token_by_token_is_what_all_at_once_is(plain: onnxruntime.InferenceSession) -> None:
    whole = Reading(plain, SOURCE)(np.array([TOLD]), ONE)[0]
    reading = Reading(plain, SOURCE)
    steps = np.concatenate([reading(np.array([[token]]), ONE)[0] for token in TOLD])
    assert np.abs(whole - steps).max() < 1e-5
    assert np.abs(whole[0] - whole[1]).max() > 0.1


def test_later_tokens_change_nothing_before_them(plain: onnxruntime.InferenceSession) -> None:
    one, other = (Reading(plain, SOURCE)(np.array([text]), ONE)[0] for text in (TOLD, [*TOLD[:3], 5, 6, 7]))
    assert np.abs(one[:3] - other[:3]).max() < 1e-6
    assert np.abs(one[3:] - other[3:]).max() > 0.01


def test_rows_go_on_from_the_rows_that_they_name(plain: onnxruntime.InferenceSession) -> None:
    """Beams that swap places: each has the scores of its own text."""
    reading = Reading(plain, SOURCE)
    reading(np.array([[3]]), ONE)
    reading(np.array([[20], [21]]), np.array([0, 0]))
    found = reading(np.array([[7], [7], [8]]), np.array([1, 0, 1]))[:, -1]
    for row, text in enumerate(([3, 21, 7], [3, 20, 7], [3, 21, 8])):
        alone = Reading(plain, SOURCE)(np.array([text]), ONE)[0, -1]
        assert np.abs(found[row] - alone).max() < 1e-5


def test_the_source_counts(plain: onnxruntime.InferenceSession) -> None:
    one, other = (score(plain, RULES, source, TOLD[1:]) for source in (SOURCE, [3, 25, 26, 27, 28, 2]))
    assert np.abs(one - other).max() > 0.002


def test_what_is_written_is_scored_the_same(plain: onnxruntime.InferenceSession) -> None:
    tokens, log_probabilities = write(plain, RULES, SOURCE)
    again = score(plain, RULES, SOURCE, tokens.astype(int).tolist())
    assert np.abs(again - log_probabilities).max() < 1e-5
    assert len(tokens) <= 2 * len(SOURCE) + 3


def test_only_what_the_language_has_is_written(plain: onnxruntime.InferenceSession) -> None:
    tokens, _ = write(plain, RULES, [4, *SOURCE[1:]])
    assert set(tokens.astype(int)) <= {2, 5, 6}
    with pytest.raises(ValueError, match="can't be written"):
        score(plain, RULES, [4, *SOURCE[1:]], [20, 2])


def test_integers_are_near_and_the_same_each_time() -> None:
    packed = pack(random_weights())
    whole, small = session(floats(packed)), session(packed)
    near, exact = (score(one, RULES, SOURCE, TOLD[1:]) for one in (small, whole))
    assert 0 < np.abs(near - exact).max() < 0.5
    first = write(small, RULES, SOURCE)
    write(small, RULES, [4, 7, 2])
    assert np.array_equal(first, write(small, RULES, SOURCE))


def test_the_table_of_words_is_in_the_file_once() -> None:
    model = sequence_graph(pack(random_weights()), HEADS)
    tables = [one.name for one in model.graph.initializer if list(one.dims)[:1] == [VOCABULARY] and len(one.dims) == 2]
    assert tables == ["words"]
