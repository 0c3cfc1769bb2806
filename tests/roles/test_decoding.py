"""Spans by Viterbi, against a search through all sequences of tags."""

from itertools import product

import numpy as np
import pytest

from functions.roles.decoding import Span, best_spans

ROLES = 2


def allowed(tags: tuple[int, ...]) -> bool:
    """Whether every I- goes on a span of its own role: 0 is O, 1..2 are B-, 3..4 are I-."""
    before = (0, *tags[:-1])
    return all(tag <= ROLES or last in (tag, tag - ROLES) for last, tag in zip(before, tags, strict=True))


@pytest.mark.parametrize("weight", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_all_allowed_sequences(seed: int, weight: float) -> None:
    chance = np.random.default_rng(seed)
    scores = chance.normal(size=(5, 1 + 2 * ROLES)).astype(np.float32)
    added = weight * chance.normal(size=(1 + 2 * ROLES, 1 + 2 * ROLES)).astype(np.float32)
    tags = [t for t in product(range(1 + 2 * ROLES), repeat=5) if allowed(t) and t[2] == 0]

    def total(tags: tuple[int, ...]) -> float:
        return float(sum(scores[range(5), tags]) + sum(added[tags[:-1], tags[1:]]))

    best = max(tags, key=total)
    begun = [word for word, tag in enumerate(best) if 0 < tag <= ROLES]
    spans = []
    for start in begun:
        end = start + 1
        while end < 5 and best[end] > ROLES:
            end += 1
        spans.append(Span(best[start] - 1, start, end))
    assert best_spans(scores, 2, transitions=added if weight else None) == spans


def test_an_inside_without_a_beginning_is_not_taken() -> None:
    scores = np.array([[0, -9, 5], [0, -9, 5], [0, -9, 5]], dtype=np.float32)
    assert best_spans(scores, 2) == []


def test_no_span_holds_the_predicate() -> None:
    scores = np.array([[0, 5, -9], [0, -9, 9], [0, -9, 9]], dtype=np.float32)
    assert best_spans(scores, 1) == [Span(0, 0, 1)]
    assert best_spans(scores[:1], 0) == []


def test_a_role_that_may_come_once_stays_where_it_gains_most() -> None:
    """Three words, the last one the predicate; the second word's next best role is another one."""
    scores = np.array([[0, 5, 1, -9, -9], [0, 4, 3, -9, -9], [9, 0, 0, 0, 0]], dtype=np.float32)
    assert best_spans(scores, 2) == [Span(0, 0, 1), Span(0, 1, 2)]
    assert best_spans(scores, 2, once=[0]) == [Span(0, 0, 1), Span(1, 1, 2)]
    assert best_spans(scores, 2, once=[1]) == [Span(0, 0, 1), Span(0, 1, 2)]


def test_where_nothing_else_fits_the_second_span_goes() -> None:
    scores = np.array([[0, 4, -9, -9, -9], [9, 0, 0, 0, 0], [0, 5, -9, -9, -9]], dtype=np.float32)
    assert best_spans(scores, 1, once=[0]) == [Span(0, 2, 3)]
