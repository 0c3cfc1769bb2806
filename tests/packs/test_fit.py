"""The head of a question: what it learns, what it promises, and that it is the grader without grades."""

from dataclasses import replace

import numpy as np
import pytest

from lectern.packs.design import Design, Grams, design
from lectern.packs.features import Features
from lectern.packs.fit import fit, learning_curve, steps_of
from lectern.packs.pack import decode, encode
from lectern.packs.ridge import solve, trust
from lectern.packs.scale import Scale, fit_scale
from lectern.packs.waves import waves
from tests.packs.conftest import answers, seen

GRADED = answers()
FEATURES = [seen(text) for text, _ in GRADED]
GOLD = np.array([score for _, score in GRADED])


def test_a_head_grades_unseen_answers_as_the_teacher_does() -> None:
    head = fit(FEATURES[:24], GOLD[:24], 1)
    given = [head.scale.verdict(head.weights(answer)).credit for answer in FEATURES[24:]]
    assert given == GOLD[24:].tolist()


def test_weights_are_the_dual_predictor_folded() -> None:
    """Expected by Gaussian process regression written out for one new answer."""
    plan = design(FEATURES)
    kernel = trust(1.0).kernel(plan.grams())
    known, new = list(range(30)), 33
    part = design(FEATURES[:30])
    duals, _ = solve(trust(1.0).kernel(part.grams()), GOLD[known] - 0.5)
    assert kernel.shape == (36, 36)
    across = trust(1.0).kernel(_beside(part, new))
    assert part.fold(duals, trust(1.0))(FEATURES[new]) == pytest.approx(0.5 + float(across @ duals), abs=1e-9)


def _beside(part: Design, new: int) -> Grams:
    """The Gram entries (30,) of one new answer with the 30 of a design, by the definitions of its blocks."""
    answer = FEATURES[new]
    dense = part.dense @ answer.dense
    embedding = part.embedding @ ((answer.embedding - part.centre) / part.spread)
    own = set(answer.buckets.tolist())
    ngrams = [
        sum(part.rarity[b] ** 2 for b in own & set(other.tolist())) / np.sqrt(len(own) * len(other))
        for other in part.buckets
    ]
    peaks = [waves(_peaks(part, FEATURES[i])) @ waves(_peaks(part, answer)) for i in range(30)]
    return dense, embedding, np.array(peaks), np.array(ngrams)


def _peaks(part: Design, answer: Features) -> np.ndarray:
    return np.asarray(answer.peaks / part.reach)


def test_waves_come_to_a_gaussian_kernel() -> None:
    points = 0.1 * np.random.default_rng(2).normal(size=(4, 384)) * np.array([[0.0], [0.2], [0.5], [1.0]])
    squares = np.sum((points[:, None] - points[None]) ** 2, axis=2)
    assert waves(points) @ waves(points).T == pytest.approx(np.exp(-squares / 2), abs=0.06)  # 2,048 draws: 3 sigma


def test_peaks_count() -> None:
    """Answers that nothing tells apart but their peaks, in a way that no line follows: right where two agree."""
    chance = np.random.default_rng(3)
    signs = chance.choice([-1.0, 1.0], size=(120, 2))
    alike = [replace(FEATURES[0], peaks=_at(two + chance.normal(0, 0.1, 2))) for two in signs]
    gold = (signs[:, 0] * signs[:, 1] + 1) / 2
    head = fit(alike[:80], gold[:80], 1)
    given = [head.scale.verdict(head.weights(answer)).credit for answer in alike[80:]]
    assert np.mean(np.array(given) == gold[80:]) > 0.9


def _at(two: np.ndarray) -> np.ndarray:
    return np.concatenate([two, np.zeros(382)])


def test_leave_one_out_is_what_leaving_one_out_gives() -> None:
    kernel = trust(1.0).kernel(design(FEATURES).grams())
    residual = GOLD - 0.5
    _, others = solve(kernel, residual)
    for left in (0, 7, 20):
        kept = [i for i in range(len(GOLD)) if i != left]
        duals, _ = solve(kernel[np.ix_(kept, kept)], residual[kept])
        assert others[left] == pytest.approx(float(kernel[left, kept] @ duals), abs=1e-9)


def test_far_from_every_grade_a_head_is_the_grader() -> None:
    """A text that shares nothing with the grades keeps the grader's order."""
    good = [seen(text, 0.2 + 0.6 * score) for text, score in GRADED]
    head = fit(good, GOLD, 0)
    low, high = (head.weights(seen("zzzz qqqq", credit)) for credit in (0.1, 0.9))
    assert high - low > 0.3


def test_the_same_grades_give_the_same_head_to_the_last_bit() -> None:
    one, other = fit(FEATURES, GOLD, 1), fit(FEATURES, GOLD, 1)
    assert encode(one.weights) == encode(other.weights)
    assert (one.scale, one.thresholds) == (other.scale, other.thresholds)


def test_a_stored_head_is_small_and_says_the_same() -> None:
    head = fit(FEATURES, GOLD, 1)
    text = encode(head.weights)
    assert len(text) < 100_000
    stored = decode(text)
    for answer in FEATURES[:5]:
        assert stored(answer) == pytest.approx(head.weights(answer), abs=1e-5)


@pytest.mark.parametrize(
    ("gold", "step", "steps"),
    [([0, 1], 1.0, 1), ([0, 1 / 3, 1], 1 / 3, 3), ([0, 0.5], None, 0), ([0, 0.1], 0.1, 0), ([0, 0.25], 0.5, 0)],
)
def test_a_scale_is_coarse_when_its_steps_are_few_and_all_grades_lie_on_them(
    gold: list[float], step: float | None, steps: int
) -> None:
    assert steps_of(gold, step) == steps


def test_scores_keep_the_proportions_of_the_grades_where_told_are_squeezed() -> None:
    gold = np.repeat([0.0, 0.5, 1.0], 100)
    squeezed = 0.5 + 0.2 * (gold - 0.5) + np.random.default_rng(0).normal(0, 0.01, 300)
    scale = fit_scale(squeezed, gold, 2)
    given = [scale.verdict(credit).credit for credit in squeezed]
    assert [given.count(level) for level in (0.0, 0.5, 1.0)] == pytest.approx([100, 100, 100], abs=5)


def test_cut_points_of_credits_that_are_normal_are_its_quantiles() -> None:
    """A fifth of the grades are 0 and three tenths are 1: quantiles .2 and .7 are -.8416 and .5244 sigma."""
    gold = np.repeat([0.0, 0.5, 1.0], [1000, 2500, 1500])
    predicted = np.random.default_rng(4).normal(0.4, 0.1, 5000)
    assert fit_scale(predicted, gold, 2).cuts == pytest.approx([0.4 - 0.08416, 0.4 + 0.05244], abs=5e-3)


def test_cut_points_lie_where_credits_are_few() -> None:
    """Two heaps of credits, and as many grades of 0 and 1: the cut is between, whatever is half of the way."""
    predicted = 0.2 + 0.3 * np.repeat([0.0, 1.0], 50) + np.random.default_rng(5).normal(0, 0.02, 100)
    (cut,) = fit_scale(predicted, np.repeat([0.0, 1.0], 50), 1).cuts
    assert cut == pytest.approx(0.35, abs=0.02)


def test_alike_credits_have_a_cut_point_all_the_same() -> None:
    scale = fit_scale(np.full(12, 0.5), np.repeat([0.0, 1.0], 6), 1)
    assert scale.cuts == pytest.approx([0.5])


def test_confidence_is_the_share_that_is_right() -> None:
    """Grades drawn about known told: the confidences average to the accuracy."""
    chance = np.random.default_rng(1)
    told = chance.uniform(-0.2, 1.2, 600)
    gold = np.clip(np.rint((told + chance.normal(0, 0.2, 600)) * 3) / 3, 0, 1)
    scale = fit_scale(told[:300], gold[:300], 3)
    verdicts = [scale.verdict(credit) for credit in told[300:]]
    right = [abs(v.credit - g) < 0.01 for v, g in zip(verdicts, gold[300:], strict=True)]
    assert np.mean([v.confidence for v in verdicts]) == pytest.approx(np.mean(right), abs=0.06)


def test_probabilities_of_a_scale_add_up() -> None:
    scale = Scale(steps=2, cuts=(0.3, 0.7), spread=0.2)
    assert scale.verdict(0.5).confidence == pytest.approx(0.6827, abs=1e-3)  # one sigma each way
    assert scale.at_least(0.5, 0.3) == pytest.approx(0.5)
    assert Scale(steps=0, cuts=(), spread=0.1).verdict(1.5).credit == 1.0


def test_few_grades_promise_little() -> None:
    """Twelve flawless grades can't vouch for 10 % errors: 1 / 13, and a standard error of .074 on top."""
    few = fit(FEATURES[:12], GOLD[:12], 1)
    assert [entry.budget for entry in few.thresholds if entry.budget <= 0.1] == []
    many = fit(FEATURES, GOLD, 1)  # 1 / 37 + .027
    assert [entry.budget for entry in many.thresholds if entry.budget <= 0.1] == [0.1]


def test_a_grader_that_is_wrong_is_not_believed() -> None:
    """The grader says the contrary of the teacher, on every answer."""
    astray = [seen(text, 1 - score) for text, score in GRADED]
    head = fit(astray[:24], GOLD[:24], 1)
    assert [head.scale.verdict(head.weights(answer)).credit for answer in astray[24:]] == GOLD[24:].tolist()


def test_scores_of_a_fine_scale_lie_on_its_grid() -> None:
    scale = Scale(steps=0, cuts=(), grid=0.1, spread=0.1)
    assert scale.verdict(0.52).credit == pytest.approx(0.5)
    assert scale.verdict(0.5).confidence == pytest.approx(0.8664, abs=1e-3)  # 1.5 sigma: .1 and half a step


def test_the_curve_goes_from_the_grader_to_all_grades() -> None:
    curve = learning_curve(FEATURES, GOLD, fit(FEATURES, GOLD, 1), max_score=4)
    assert [quality.grades for quality in curve] == [0, 10, 25, 36]
    assert curve[-1].rmse <= curve[1].rmse
    assert curve[-1].right > curve[0].right
