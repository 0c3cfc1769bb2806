"""The engine that serves large models, on tiny random BERTs, in the environment of `make train-env`."""

from typing import Any

import pytest

from tests.heavy.conftest import TRAINED, told_by

pytestmark = pytest.mark.skipif(not TRAINED.exists(), reason="needs make train-env")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_by("transformer_program", tmp_path_factory.mktemp("transformer"))


def test_attention_is_pytorchs_own(found: dict[str, Any]) -> None:
    assert found["attention"] == "sdpa"


def test_golden_rows_are_their_texts_alone(found: dict[str, Any]) -> None:
    """The tokenizer's file asks for padding to 128 tokens of each text."""
    assert [10 < length < 120 for length in found["golden"]] == [True] * 4
    assert len(set(found["golden"])) > 1


def test_in_float32_an_answer_is_the_same_in_whatever_company(found: dict[str, Any]) -> None:
    assert 0.4 < found["spread"] < 0.99  # the probabilities say something
    assert found["labels"] == [0, 1, 2]
    assert found["float32"]["most"] < 1e-5
    assert found["float32"]["agree"] == 1
    assert found["reversed"]["most"] < 1e-5


def test_in_bfloat16_it_is_nearly_the_same(found: dict[str, Any]) -> None:
    assert 0 < found["bfloat16"]["most"] < 0.02
    assert found["bfloat16"]["agree"] >= 0.995


def test_rows_are_sorted_by_length_into_batches_that_fit(found: dict[str, Any]) -> None:
    assert found["batches"] == [[1, 3], [0], [2]]


def test_a_token_that_the_model_has_not_is_refused_before_it_is_on_the_gpu(found: dict[str, Any]) -> None:
    assert found["word"] == found["kind"] == "a token is not in the model's vocabulary"


def test_weights_that_are_not_those_of_the_golden_vectors_never_answer(found: dict[str, Any]) -> None:
    assert "fails its golden self-test" in found["altered"]
    assert found["empty"] != "nothing"
