"""Measures of faithfulness, on a grade that is known by construction: the share of the words that matter."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from functions.grading.schemas import Explanation, Label, ReferencePhrase
from lectern.phrases import Span, words
from model_store.explanation_figures import summarise, write
from model_store.explanation_threshold import Threshold, youden
from model_store.explanations import Explained
from model_store.faithfulness import Loss, aopc, losses, named_phrases, random_runs, sufficiency
from model_store.metrics import area_under_roc, mean_interval
from model_store.recipes.data import Example

TEXT = "gold is a metal of gold"
FIRST, LAST, METAL = Span(0, 4), Span(16, 23), Span(5, 15)


def grade(text: str) -> float:
    return text.split().count("gold") / 2


def test_aopc_is_the_mean_loss_over_the_steps() -> None:
    assert aopc(TEXT, [FIRST], grade) == 0.5
    assert aopc(TEXT, [FIRST, LAST], grade) == pytest.approx((0.5 + 1.0) / 2)
    assert aopc(TEXT, [METAL, FIRST], grade) == pytest.approx((0.0 + 0.5) / 2)


def test_sufficiency_is_the_loss_of_keeping_the_named_alone() -> None:
    assert sufficiency(TEXT, [LAST, FIRST], grade) == 0
    assert sufficiency(TEXT, [METAL], grade) == 1
    assert sufficiency(TEXT, [LAST, FIRST], lambda text: float(text == "gold of gold")) == -1  # in the text's order


def test_the_strongest_three_are_named_and_one_phrase_stays() -> None:
    ranked = [Span(n, n + 1) for n in range(5)]
    assert named_phrases("it flows | to it, | so | it | goes", ranked) == ranked[:3]
    assert named_phrases(TEXT, [LAST, FIRST]) == [LAST]
    assert named_phrases("gold", [Span(0, 4)]) == []


@pytest.mark.parametrize("named", [[METAL], [FIRST, METAL], [FIRST, METAL, LAST]])
def test_random_runs_have_as_many_words_and_do_not_overlap(named: list[Span]) -> None:
    lengths = [len(TEXT[span.start : span.end].split()) for span in named]
    starts = set()
    for seed in range(60):
        runs = random_runs(TEXT, named, np.random.default_rng(seed))
        assert [len(TEXT[run.start : run.end].split()) for run in runs] == lengths
        ordered = sorted(runs, key=lambda run: run.start)
        assert all(one.end < other.start for one, other in pairwise(ordered))
        starts.add(runs[-1].start)
    possible = {word.start for word in words(TEXT)}
    assert starts <= possible and len(starts) >= (3 if len(named) == 3 else 4)


def test_the_random_baseline_gains_nothing_over_phrases_that_are_random_too() -> None:
    """A ranking by chance must not look faithful: over many texts its difference is 0."""
    chance, differences = np.random.default_rng(1), []
    for _ in range(3000):
        text = " ".join(chance.permutation(["gold", "gold", "a", "b", "c", "d"]))
        named = random_runs(text, [Span(0, 1), Span(2, 3)], chance)
        differences.append(aopc(text, named, grade) - aopc(text, random_runs(text, named, chance), grade))
    low, high = mean_interval(np.array(differences))
    assert low < 0 < high


def test_losses_are_by_deleting_and_by_keeping() -> None:
    deleted, kept = losses(TEXT, [FIRST], grade, np.random.default_rng(0))
    assert deleted and kept
    assert (deleted.named, kept.named) == (0.5, 0.5)
    assert 0 <= deleted.random <= 0.5
    assert losses("gold", [], grade, np.random.default_rng(0)) == (None, None)


def test_an_interval_of_a_mean_is_close_to_the_normal_one() -> None:
    values = np.random.default_rng(0).normal(1.0, 2.0, 400)
    half = 1.96 * values.std() / 20
    assert mean_interval(values) == pytest.approx((values.mean() - half, values.mean() + half), abs=0.03)


def test_area_under_roc_is_the_share_of_pairs_in_order() -> None:
    assert area_under_roc(np.array([3.0, 1.0]), np.array([2.0, 1.0])) == (2 + 0.5) / 4


def test_the_threshold_parts_right_from_wrong() -> None:
    found = youden(np.array([0.9, 0.75, 0.7, 0.2]), np.array([0.1, 0.65, 0.5, 0.3]))
    assert found == Threshold(0.7, 0.75)
    assert youden(np.array([]), np.array([0.5])) is None


def test_figures_and_their_page(tmp_path: Path) -> None:
    right, wrong = _explained("correct", 0.9, Loss(0.5, 0.1)), _explained("incorrect", 0.2, Loss(0.3, 0.2))
    figures = summarise([right, wrong, _explained("correct", 0.8, None)], Threshold(0.6, 0.5))
    assert figures["deleted"]["all"] == {
        "answers": 2, "named": 0.4, "random": 0.15, "difference": 0.25, "interval_95": [0.1, 0.4],
    }  # fmt: skip
    assert set(figures["deleted"]) == {"all", "beetle", "graded correct", "graded incorrect"}
    assert figures["of_one_phrase"] == 1
    assert figures["coverage"] == {"area_under_roc": 1.0, "covered_of_correct": 1.0, "covered_of_others": 0.0}
    assert figures["latency"]["ratio"] == [5.0, 5.0]
    facts = {"model": {"name": "grading", "version": "1.2.3", "digest": "d" * 64}, "seed": 0, "threads": 1}
    page = write(facts | figures, tmp_path)
    assert "part best, it is\n0.6 (Youden's index 0.50)" in page
    assert "| all | 2 | 0.400 | 0.150 | +0.250 | +0.100 to +0.400 |" in page
    assert json.loads((tmp_path / "explanations.json").read_text("utf-8"))["model"]["version"] == "1.2.3"


def _explained(label: Label, similarity: float, loss: Loss | None) -> Explained:
    phrase = ReferencePhrase(reference=0, start=0, end=1, covered=similarity > 0.5, similarity=similarity)
    explanation = Explanation(answer=[], reference=[phrase])
    example = Example("beetle", "test-UA", "q", "question", ("r",), "a", label)
    return Explained(example, label, explanation, 0.01, 0.05, loss, loss)
