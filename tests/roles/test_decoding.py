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


@pytest.mark.parametrize("seed", range(20))
def test_the_best_of_all_allowed_sequences(seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(5, 1 + 2 * ROLES)).astype(np.float32)
    tags = [t for t in product(range(1 + 2 * ROLES), repeat=5) if allowed(t) and t[2] == 0]
    best = max(tags, key=lambda t: sum(scores[word, tag] for word, tag in enumerate(t)))
    begun = [word for word, tag in enumerate(best) if 0 < tag <= ROLES]
    spans = []
    for start in begun:
        end = start + 1
        while end < 5 and best[end] > ROLES:
            end += 1
        spans.append(Span(best[start] - 1, start, end))
    assert best_spans(scores, 2) == spans


def test_an_inside_without_a_beginning_is_not_taken() -> None:
    scores = np.array([[0, -9, 5], [0, -9, 5], [0, -9, 5]], dtype=np.float32)
    assert best_spans(scores, 2) == []


def test_no_span_holds_the_predicate() -> None:
    scores = np.array([[0, 5, -9], [0, -9, 9], [0, -9, 9]], dtype=np.float32)
    assert best_spans(scores, 1) == [Span(0, 0, 1)]
    assert best_spans(scores[:1], 0) == []
