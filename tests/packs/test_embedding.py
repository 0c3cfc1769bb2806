"""Embeddings by a release's encoder: which tokens are read, in which windows, what is averaged and what stands out."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lectern.packs.embedding import embedding, pooled

CLS, SEP = 101, 102


def model(max_length: int, encoder: Any = ...) -> Any:
    """A model whose tokens are the numbers in a text and whose vectors hold the token in every place."""
    ids = lambda text: SimpleNamespace(ids=[CLS, *map(int, text.split()), SEP])  # noqa: E731
    return SimpleNamespace(
        release=SimpleNamespace(manifest=SimpleNamespace(max_length=max_length)),
        tokenizer=SimpleNamespace(encode=ids),
        encoder=_vectors if encoder is ... else encoder,
    )


def _vectors(tokens: tuple[int, ...], keep: bool) -> np.ndarray:
    assert (tokens[0], tokens[-1]) == (CLS, SEP)
    return np.repeat(np.array(tokens, dtype=np.float32)[:, None], 384, axis=1)


def test_the_mean_of_a_short_text_takes_all_tokens() -> None:
    assert embedding(model(512), "1 2 3")[0, 0] == pytest.approx((101 + 1 + 2 + 3 + 102) / 5)


def test_a_long_text_is_read_in_windows_and_nothing_is_left_out() -> None:
    found = embedding(model(4), "1 2 3")  # windows [1 2] and [3]
    assert found[0, 0] == pytest.approx((1 + 2 + 3 + 2 * (101 + 102)) / 7)


def test_an_empty_text_has_an_embedding() -> None:
    assert embedding(model(512), "").shape == (2, 384)


def test_a_peak_is_the_greatest_of_each_number_in_tokens_of_length_one() -> None:
    tokens = np.zeros((3, 384), dtype=np.float32)
    tokens[0, :2], tokens[1, :2] = (3, 4), (-5, 12)  # the third is nothing at all, and no division by 0
    assert pooled(tokens)[1, :2] == pytest.approx([3 / 5, 12 / 13])
    assert pooled(-tokens)[1, :2] == pytest.approx([5 / 13, 0])


def test_a_release_without_an_encoder_gives_zeros() -> None:
    assert not embedding(model(512, None), "1 2").any()
