"""Metrics and intervals of a comparison, against figures made another way."""

import numpy as np
import pytest
from numpy.typing import NDArray

from model_store.compare.figures import Marks, Side, differences, quadratic_kappa, right

NAN = float("nan")


def marks(label: list[int], credit: list[float], points: float = 1.0, question: list[int] | None = None) -> Marks:
    size = len(label)
    return Marks(
        np.array(label), np.array(credit), np.full(size, points), np.array(question or [0] * size, dtype=np.int64)
    )


def side(label: list[int], credit: list[float], confidence: float = 0.9, review: list[bool] | None = None) -> Side:
    size = len(label)
    return Side(np.array(label), np.array(credit), np.full(size, confidence), np.array(review or [False] * size))


def kappa_by_table(gold: list[int], found: list[int], levels: int) -> float:
    """Cohen's own way: observed and expected tables, weighted by the squared distance."""
    weights = np.array([[(i - j) ** 2 for j in range(levels)] for i in range(levels)])
    observed = np.zeros((levels, levels))
    for i, j in zip(gold, found, strict=True):
        observed[i, j] += 1
    expected: NDArray[np.float64] = np.outer(observed.sum(1), observed.sum(0)) / len(gold)
    return float(1 - (weights * observed).sum() / (weights * expected).sum())


def test_quadratic_kappa_is_the_one_of_the_tables() -> None:
    chance = np.random.default_rng(1)
    gold = chance.integers(4, size=60)
    found = np.clip(gold + chance.integers(-1, 2, size=60), 0, 3)
    question = [0] * 20 + [1] * 40
    ours = quadratic_kappa(
        marks([-1] * 60, list(gold / 3), 3.0, question),
        side([0] * 60, list(found / 3 + 0.1 / 3)),  # rounded away
    )
    parts = [kappa_by_table(list(gold[a:b]), list(found[a:b]), 4) for a, b in ((0, 20), (20, 60))]
    assert ours == pytest.approx((20 * parts[0] + 40 * parts[1]) / 60)


def test_kappa_of_one_level_alone_says_nothing() -> None:
    assert np.isnan(quadratic_kappa(marks([-1, -1], [1.0, 1.0]), side([0, 0], [1.0, 1.0])))


def test_right_is_the_label_or_the_half_of_the_points() -> None:
    given = marks([0, 2, -1, -1, -1], [NAN, NAN, 0.5, 0.4, 1.0])
    assert right(given, side([0, 1, 2, 2, 0], [0.0, 0.0, 0.6, 0.6, 0.2])).tolist() == [True, False, True, False, False]


def test_a_clear_difference_has_an_interval_that_leaves_out_zero() -> None:
    gold = [0, 1, 2] * 40
    worse = [0, 1, 0] * 40
    first, second = side(worse, [0.0] * 120), side(gold, [0.0] * 120, review=[True, False] * 60)
    found = {entry.metric.name: entry for entry in differences(marks(gold, [NAN] * 120), first, second, samples=300)}
    assert set(found) == {"accuracy", "macro_f1", "ece", "left_to_the_grader", "wrong_unreviewed"}
    accuracy = found["accuracy"]
    assert [accuracy.first, accuracy.second] == pytest.approx([2 / 3, 1.0])
    # the share of wrong answers is binomial: sqrt(1/3 · 2/3 / 120) = 0.043, 1.96 of them on each side
    assert accuracy.low == pytest.approx(1 / 3 - 1.96 * 0.043, abs=0.03)
    assert accuracy.high == pytest.approx(1 / 3 + 1.96 * 0.043, abs=0.03)
    # F1 of the first: 2·40/(40+80), 1 and 0
    assert found["macro_f1"].first == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert found["left_to_the_grader"].second == 0.5
    assert found["wrong_unreviewed"].first == pytest.approx(1 / 3)
    assert found["wrong_unreviewed"].second == 0.0


def test_pairs_are_resampled_together() -> None:
    """Two versions that are wrong on the same answers differ by nothing, however the answers are drawn."""
    gold, same = [0, 2] * 30, side([0, 0] * 30, [0.0] * 60)
    for entry in differences(marks(gold, [NAN] * 60), same, same, samples=50):
        assert (entry.low, entry.high) == (0.0, 0.0)


def test_points_give_kappa_and_rmse_and_no_f1() -> None:
    given = marks([-1] * 4, [0.0, 0.5, 1.0, 1.0], points=2.0)
    found = differences(given, side([0] * 4, [0.0, 0.5, 1.0, 1.0]), side([0] * 4, [0.5, 0.0, 1.0, 1.0]), samples=20)
    values = {entry.metric.name: [entry.first, entry.second] for entry in found}
    assert "macro_f1" not in values
    assert values["rmse"] == pytest.approx([0.0, np.sqrt((0.25 + 0.25) / 4)])
    assert values["qwk"][0] == 1.0
    assert values["qwk"][1] == pytest.approx(kappa_by_table([0, 1, 2, 2], [1, 0, 2, 2], 3))
