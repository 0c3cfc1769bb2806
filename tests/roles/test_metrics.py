"""Precision, recall and F1 of roles, counted by hand."""

import pytest

from model_store.roles_metrics import Argument, Tally, argument_tally, f1_interval, predicate_tally

GOLD = {1: (Argument("ARG0", 0, 1), Argument("ARG1", 2, 4)), 5: ()}


def test_an_argument_needs_its_predicate_its_role_and_both_ends() -> None:
    found = {1: (Argument("ARG0", 0, 1), Argument("ARG1", 2, 3)), 4: (Argument("ARG1", 2, 4),)}
    tally = argument_tally(GOLD, found)
    assert tally == Tally(right=1, found=3, gold=2)
    assert [tally.precision, tally.recall, tally.f1] == pytest.approx([1 / 3, 1 / 2, 0.4])
    assert argument_tally(GOLD, {1: (Argument("ARG2", 0, 1),)}).right == 0


def test_a_span_that_is_found_twice_is_right_once() -> None:
    twice = {1: (Argument("ARG0", 0, 1), Argument("ARG0", 0, 1))}
    assert argument_tally(GOLD, twice) == Tally(right=1, found=2, gold=2)


def test_predicates_count_by_their_words() -> None:
    assert predicate_tally(GOLD, {1: (), 3: ()}) == Tally(right=1, found=2, gold=2)


def test_nothing_found_of_nothing_is_right() -> None:
    assert (Tally().precision, Tally().recall, Tally().f1) == (1, 1, 1)
    assert Tally(0, 0, 3).f1 == 0


def test_the_interval_of_a_difference_is_over_the_same_sentences() -> None:
    better, worse = [Tally(2, 2, 2)] * 50, [Tally(1, 2, 2)] * 50
    assert f1_interval(better, worse) == (0.5, 0.5)
    low, high = f1_interval([Tally(n % 2, 1, 1) for n in range(50)], [Tally((n + 1) % 2, 1, 1) for n in range(50)])
    assert low < 0 < high
