"""The choice of sentences: shares, redundancy, and what a damaged file says."""

import io
from typing import Any

import numpy as np
import pytest

from functions.summarize.features import MEASURES, features, measures
from functions.summarize.scorer import choose, read_scorer, shares
from lectern.errors import ReleaseRejected

WIDTH = 4
INPUTS = WIDTH + len(MEASURES)


def written(**changed: np.ndarray) -> bytes:
    arrays = {
        "centre": np.zeros(INPUTS),
        "spread": np.ones(INPUTS),
        "weights": np.zeros(INPUTS),
        "diversity": np.array(0.3),
    }
    file = io.BytesIO()
    known: dict[str, Any] = {name: value for name, value in (arrays | changed).items() if value is not None}
    np.savez(file, **known)
    return file.getvalue()


def test_a_scorer_that_knows_nothing_shares_evenly() -> None:
    weights = read_scorer(written()).weights(["a b", "c", "d"], np.eye(WIDTH)[:3])
    assert weights.tolist() == pytest.approx([1 / 3] * 3)


def test_what_a_scorer_weighs_counts() -> None:
    known = np.zeros(INPUTS)
    known[WIDTH + MEASURES.index("last")] = 2.0
    weights = read_scorer(written(weights=known)).weights(["a", "b"], np.eye(WIDTH)[:2])
    assert weights.tolist() == pytest.approx([1 / (1 + np.e**2), np.e**2 / (1 + np.e**2)])


def test_shares_of_large_scores_are_finite() -> None:
    assert shares(np.array([1000.0, 0.0])).tolist() == [1, 0]


def test_measures_by_hand() -> None:
    vectors = np.array([[1.0, 0, 0, 0], [0.6, 0.8, 0, 0]])
    first, second = measures(["We propose it.", "Long long words here"], vectors)
    named = dict(zip(MEASURES, first, strict=True))
    assert (named["place"], named["first"], named["last"], named["cue words"]) == (0, 1, 0, 2)
    assert named["log of words"] == pytest.approx(np.log(4))
    assert named["mean cosine with others"] == named["cosine with the next"] == pytest.approx(0.6)
    assert named["cosine with the one before"] == 0
    assert dict(zip(MEASURES, second, strict=True))["place"] == 1


def test_a_single_sentence_has_finite_features() -> None:
    assert np.isfinite(features(["One."], np.eye(WIDTH)[:1])).all()
    assert np.isfinite(features(["a", "b"], np.zeros((2, WIDTH)))).all()


def test_the_heaviest_are_chosen_in_the_order_of_the_text() -> None:
    assert choose(np.array([0.2, 0.1, 0.7]), np.eye(3), 2, 0.0) == [0, 2]


def test_what_says_the_same_is_passed_over() -> None:
    vectors = np.array([[1.0, 0], [1.0, 0], [0, 1.0]])
    assert choose(np.array([0.5, 0.45, 0.05]), vectors, 2, 0.0) == [0, 2]
    assert choose(np.array([0.5, 0.45, 0.05]), vectors, 3, 0.0) == [0, 1, 2]


def test_likeness_costs_as_much_as_diversity_says() -> None:
    vectors = np.array([[1.0, 0], [0.8, 0.6], [0, 1.0]])
    weights = np.array([0.5, 0.4, 0.1])
    assert choose(weights, vectors, 2, 0.0) == [0, 1]
    assert choose(weights, vectors, 2, 0.6) == [0, 2]


@pytest.mark.parametrize("data", [b"", b"not a zip", written()[:200], written(spread=None)])  # type: ignore[arg-type]
def test_a_damaged_file_is_refused(data: bytes) -> None:
    with pytest.raises(ReleaseRejected, match=r"scorer\.npz"):
        read_scorer(data)
