import numpy as np
import pytest

from lectern.calibration import probabilities, review_threshold
from lectern.manifest import Calibration, Threshold
from model_store.calibrate import calibrate, thresholds, upper_bound
from model_store.metrics import (
    accuracy,
    calibration_error_by_chance,
    expected_calibration_error,
    macro_f1,
    paired_interval,
)


def test_probabilities_are_a_softmax_over_the_temperature() -> None:
    chances = probabilities(np.array([0, np.log(2), np.log(5)], dtype=np.float32), Calibration(temperature=1))
    assert chances == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    cooler = probabilities(np.array([0, np.log(4)], dtype=np.float32), Calibration(temperature=2))
    assert cooler == pytest.approx([1 / 3, 2 / 3])


def test_huge_logits_do_not_overflow() -> None:
    assert probabilities(np.array([1e30, -1e30], dtype=np.float32), Calibration(temperature=1)).tolist() == [1, 0]


def test_the_strictest_threshold_within_the_budget_counts() -> None:
    thresholds = (Threshold(budget=0.05, confidence=0.9), Threshold(budget=0.2, confidence=0.6))
    calibration = Calibration(temperature=1, thresholds=thresholds)
    budgets = (0.01, 0.05, 0.1, 0.2, 1)
    assert [review_threshold(calibration, budget) for budget in budgets] == [1, 0.9, 0.9, 0.6, 0.6]


def test_calibrate_finds_the_temperature_that_the_logits_were_made_with() -> None:
    chance = np.random.default_rng(1)
    true = chance.normal(size=(20_000, 3)) * 2
    gold = np.array([chance.choice(3, p=np.exp(row) / np.exp(row).sum()) for row in true])
    assert calibrate(true * 3, gold).temperature == pytest.approx(3, rel=0.05)


def test_thresholds_keep_their_budget_on_the_answers_they_were_fitted_on() -> None:
    chance = np.random.default_rng(2)
    logits = chance.normal(size=(2000, 3)) * 3
    gold = np.where(chance.random(2000) < 0.8, logits.argmax(1), chance.integers(3, size=2000))
    calibration = calibrate(logits, gold)
    confidence = np.array([probabilities(row, calibration).max() for row in logits.astype(np.float32)])
    assert calibration.thresholds
    for entry in calibration.thresholds:
        kept = confidence >= entry.confidence + 1e-3
        assert np.mean(logits.argmax(1)[kept] != gold[kept]) <= entry.budget + 0.02
        assert kept.sum() >= 1 / entry.budget - 2


def test_the_upper_bound_by_hand() -> None:
    """Without an error among n, one standard error above is 1 of n + 1; with half of four wrong, .5 + .5 / √5."""
    assert upper_bound(np.array([0.0, 0.5]), np.array([9, 4])) == pytest.approx([0.1, 0.5 + 0.5 / 5**0.5])


def test_thresholds_keep_their_budget_on_other_answers() -> None:
    """Confidence that says nothing: whatever looks good among few answers is luck, and must not be promised."""
    chance = np.random.default_rng(4)
    promised = [thresholds(chance.random(400), chance.random(400) < 0.15) for _ in range(200)]
    assert np.mean([any(entry.budget <= 0.05 for entry in found) for found in promised]) < 0.15
    assert np.mean([any(entry.budget == 0.2 for entry in found) for found in promised]) > 0.9


def test_hopeless_logits_get_no_strict_threshold() -> None:
    chance = np.random.default_rng(3)
    calibration = calibrate(chance.normal(size=(500, 3)), chance.integers(3, size=500))
    assert review_threshold(calibration, 0.05) == 1


def test_macro_f1_by_hand() -> None:
    gold, predicted = np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1, 1, 0])
    assert macro_f1(gold, predicted, 3) == pytest.approx((2 * 1 / 4 + 2 * 2 / 5 + 0) / 3)
    assert macro_f1(gold, predicted, 4) == macro_f1(gold, predicted, 3)
    assert accuracy(gold, predicted) == 0.6


def test_ece_by_hand() -> None:
    confidence, hit = np.array([0.95, 0.95, 0.55, 1.0]), np.array([True, False, True, True])
    assert expected_calibration_error(confidence, hit) == pytest.approx((3 * abs(2.9 / 3 - 2 / 3) + 0.45) / 4)


def test_chance_alone_brings_a_calibration_error_the_greater_the_fewer_answers_there_are() -> None:
    chance = np.random.default_rng(5)
    few, many = chance.uniform(0.3, 1, 200), chance.uniform(0.3, 1, 20_000)
    assert calibration_error_by_chance(many, 100) < 0.015 < 0.05 < calibration_error_by_chance(few)
    fresh = [expected_calibration_error(few, chance.random(200) < few) for _ in range(400)]
    assert 0.9 < np.mean(np.array(fresh) < calibration_error_by_chance(few)) < 0.99


def test_the_interval_of_equal_predictions_is_zero_and_of_better_ones_above() -> None:
    chance = np.random.default_rng(4)
    gold = chance.integers(3, size=400)
    worse = np.where(chance.random(400) < 0.5, gold, 0)
    assert paired_interval(gold, worse, worse, 3, samples=50) == (0, 0)
    assert paired_interval(gold, gold, worse, 3, samples=50)[0] > 0
