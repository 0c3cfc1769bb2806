"""What follows from the experts' words, on answers made up so that the right figures are known beforehand."""

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from functions.grading.schemas import LABELS
from model_store.card import card
from model_store.catalogue import read_model
from model_store.grader_figures import Marked, Told, blends_apart, credit_of, figures
from model_store.recipes.grader.blend import START, blended, fit_blend, minimum

QUESTIONS, EACH = 40, 20
TREES = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=float)


def marked(credit: list[float], akin: float = 1.0) -> NDArray[np.float64]:
    """What experts say who are sure of 'correct' and have learnt these credits of akin questions."""
    said = np.zeros((len(credit), 10))
    said[:, [0, 3]], said[:, 6], said[:, 9] = 50, credit, akin
    return said


MARKED = Marked(
    np.array(["mohler unseen questions (validation)"] * 4),
    np.array(["a", "a", "b", "b"]),
    np.array([0, 1.0, 0.5, 1.0]),
    marked([0.2, 1.3, 0.5, 0.6]),
    marked([0, 1.0, 0.5, 1.0]),
)
"""Credits that are off by 1, 0 (there is no more than all), 0 and 2 points of 5; in fp32 they are right."""
CROSS = np.array([[1, 0, 0], [0, 0, 0], [0, 0, 0], [1, 0, 0]], dtype=float)


@pytest.fixture
def told() -> Told:
    """Known and new questions; the trees are right where they are sure, the cross-encoder only guesses."""
    chance = np.random.default_rng(3)
    count = QUESTIONS * EACH
    questions = np.repeat([f"beetle/q{number}" for number in range(QUESTIONS)], EACH)
    known = (np.arange(count) // EACH) % 2 == 0
    gold = chance.integers(0, 3, count)
    sure = chance.random(count) < 0.5
    trees = np.where(np.eye(3)[gold] > 0, np.where(sure, 6.0, 0.3)[:, None], 0.0)
    said = np.concatenate(
        [chance.normal(size=(count, 3)), trees, np.zeros((count, 1)), np.repeat(known[:, None], 3, axis=1)], 1
    )
    sets = np.where(known, "beetle unseen answers (test-UA)", "beetle unseen questions (validation)")
    return Told(sets, questions, gold, said, said.copy())


def test_the_blend_trusts_the_expert_that_is_right(told: Told) -> None:
    blend = fit_blend(told.int8[:, :3], told.int8[:, 3:6], told.int8[:, 7:9], told.gold, told.sets)
    logits = blended(blend, told.int8[:, :3], told.int8[:, 3:6], told.int8[:, 7:9])
    assert (logits.argmax(axis=1) == told.gold).mean() > 0.95
    assert abs(blend[0, 0]) < 0.2 < blend[1, 0]


def test_after_a_tilt_no_other_scale_makes_the_chances_likelier(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model_store.recipes.grader.blend.TILTS", np.array([0.5]))
    monkeypatch.setattr("model_store.recipes.grader.blend.HOLD", 0.0)
    experts = told.int8[:, :3], told.int8[:, 3:6] + np.random.default_rng(4).normal(size=(len(told.gold), 3))
    near = told.int8[:, 7:9]
    blend = fit_blend(*experts, near, told.gold, told.sets)

    def loss(scale: float) -> float:
        logits = blended(blend, *experts, near) * scale
        logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
        return -float(logs[np.arange(len(logs)), told.gold].mean())

    assert loss(1.0) == pytest.approx(min(map(loss, np.linspace(0.8, 1.25, 46))), abs=1e-5)


def test_figures_of_an_expert_who_knows_when_it_knows(told: Told) -> None:
    found = figures(told, MARKED, TREES, (TREES, TREES))
    for row in found["metrics"].values():
        assert row["answers"] == QUESTIONS * EACH / 2
        assert row["accuracy"] == row["macro_f1"] == row["labels_agree"] == 1
        assert row["error"] == 0
        assert row["coverage"] > 0.4  # the half that is sure, whatever becomes of ties at the threshold
    assert all(error == 0 for curve in found["curves"].values() for _, error in curve)
    assert {entry["budget"] for entry in found["calibration"]["known"]} >= {0.01, 0.05}


def test_points_are_measured_on_their_scale(told: Told) -> None:
    (row,) = figures(told, MARKED, TREES, (TREES, TREES))["points"].values()
    assert (row["answers"], row["questions"], row["rmse_fp32"]) == (4, 2, 0)
    assert row["rmse"] == pytest.approx((5 / 4) ** 0.5, abs=1e-4)
    assert row["squares_difference_95"][0] >= 0


def test_what_was_learnt_of_points_counts_as_far_as_the_question_is_akin() -> None:
    assert credit_of(marked([0.2], akin=1), START) == pytest.approx(0.2)
    assert credit_of(marked([0.2], akin=0), START) == pytest.approx(1)
    assert credit_of(marked([0.2], akin=0.5), START) == pytest.approx(0.6)


def test_a_half_is_measured_with_what_the_other_half_taught(told: Told) -> None:
    """Where one half's gold is turned round, its own blend would profit, and the other half's misleads it."""
    turned = np.array([sum(question.encode()) % 2 == 0 for question in told.questions])
    said = told.int8.copy()
    said[turned, :3] = np.where(np.eye(3)[told.gold[turned]] > 0, 3.0, 0.0)
    said[turned, 3:6] = -said[turned, 3:6]
    mixed = Told(told.sets, told.questions, told.gold, said, said.copy())
    first, second = blends_apart(mixed)
    assert first[1, 0] > first[0, 0]  # of the half that was left alone, for the half that was turned
    assert second[1, 0] < second[0, 0]
    assert all(row["accuracy"] < 0.7 for row in figures(mixed, MARKED, first, (first, second))["metrics"].values())


def test_a_wrong_expert_leaves_little_to_the_grader(told: Told) -> None:
    found = figures(told, MARKED, CROSS, (CROSS, CROSS))
    for row in found["metrics"].values():
        assert row["accuracy"] < 0.45
        assert row["coverage"] < 0.1


def test_the_card_of_a_grader_names_its_data_and_figures(told: Told) -> None:
    facts = {
        "kind": "grader", "labels": list(LABELS), "rank": 48, "recipe": "train grading", "data_sha256": "ab" * 32,
        "training_data": [{"name": "Answers of our own", "licence": "CC0"}], "parameters": {"fold": 0},
    }  # fmt: skip
    evaluation = json.loads(json.dumps(figures(told, MARKED, START, (START, START))))
    text = card(read_model("grading"), facts, evaluation)
    assert "Answers of our own (CC0)" in text
    assert f"| beetle unseen answers (test-UA) | {QUESTIONS * EACH // 2} |" in text


def test_minimum_of_a_bent_valley() -> None:
    """Rosenbrock (1960): the least value, 0, is at (1, 1), at the end of a curved valley."""
    place = minimum(lambda p: float((1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2), np.array([-1.2, 1.0]), steps=300)
    assert place == pytest.approx([1, 1], abs=0.01)
