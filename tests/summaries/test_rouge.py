"""ROUGE-L against values worked out by hand."""

import pytest

from model_store.rouge import common_length, rouge_l, rouge_words


@pytest.mark.parametrize(
    ("summary", "reference", "f1"),
    [
        ("police killed the gunman", "police killed the gunman", 1.0),
        ("police kill the gunman", "police killed the gunman", 3 / 4),  # Lin's own example
        ("the gunman kill police", "police killed the gunman", 2 / 4),  # likewise
        ("the gunman police killed", "police killed the gunman", 2 / 4),
        ("a b c", "a x b y c", 2 * 3 / 8),
        ("a a a", "a", 2 * 1 / 4),
        ("nothing alike", "police killed", 0.0),
        ("", "police", 0.0),
        ("!!!", "...", 0.0),
    ],
)
def test_by_hand(summary: str, reference: str, f1: float) -> None:
    assert rouge_l(summary, [reference]) == pytest.approx(f1)
    assert rouge_l(reference, [summary]) == pytest.approx(f1)


def test_the_best_reference_counts() -> None:
    assert rouge_l("police kill the gunman", ["no", "police killed the gunman"]) == pytest.approx(3 / 4)
    assert rouge_l("police", []) == 0


def test_words_are_letters_and_digits_in_lower_case() -> None:
    assert rouge_words("The 2-layer ReLU, naïve.") == ["the", "2", "layer", "relu", "na", "ve"]


def test_a_subsequence_keeps_the_order() -> None:
    assert common_length("abcbdab", "bdcaba") == 4
    assert common_length("", "a") == common_length("a", "") == 0
