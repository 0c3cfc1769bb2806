"""From scores of words to spans: the best sequence of B-, I- and O tags in which an I- goes on a span of its role."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating[Any]]


class Span(NamedTuple):
    """Words `start` to `end`, the latter not included, in a role."""

    role: int
    start: int
    end: int


def best_spans(
    scores: Scores, predicate: int, once: Collection[int] = (), transitions: Scores | None = None
) -> list[Span]:
    """The spans of the best allowed tags, in their order; the predicate's own word is in none.

    `scores` (words, tags): of O, of B- of each role, of I- of each role; `transitions` (tags, tags): what the second
    tag adds after the first, if anything. The roles of `once` are given to one span at most, as in Punyakanok, Roth
    and Yih (2008): the one that gains most by it keeps it, and the rest is decided anew.
    """
    known = scores.astype(np.float64)
    known[predicate, 1:] = -np.inf
    moves = _moves(scores.shape[1], transitions)
    while True:
        spans = _viterbi(known, moves)
        loser = _loser(spans, known, once)
        if loser is None:
            return spans
        known[loser.start : loser.end, 1 + loser.role] = -np.inf


def _loser(spans: Sequence[Span], scores: Scores, once: Collection[int]) -> Span | None:
    """Of two spans that have a role of `once`, the one that gains less by it."""
    first: dict[int, Span] = {}
    for span in spans:
        if span.role in once and span.role in first:
            return min(first[span.role], span, key=lambda one: _gain(one, scores))
        first.setdefault(span.role, span)
    return None


def _gain(span: Span, scores: Scores) -> float:
    """How much more the span's tags score than none."""
    roles = scores.shape[1] // 2
    inside = scores[span.start + 1 : span.end, 1 + roles + span.role].sum()
    return float(scores[span.start, 1 + span.role] + inside - scores[span.start : span.end, 0].sum())


def forbidden(tags: int) -> NDArray[np.bool_]:
    """(tags, tags): where the second tag is an I- that does not go on a span of its role."""
    inside = np.arange(1 + tags // 2, tags)
    result = np.zeros((tags, tags), dtype=bool)
    result[:, inside] = True
    result[inside - tags // 2, inside] = result[inside, inside] = False
    return result


def _moves(tags: int, transitions: Scores | None) -> NDArray[np.float64]:
    """What a tag adds after another one, (tags, tags); minus infinity where it may not come."""
    moves = np.zeros((tags, tags)) if transitions is None else transitions.astype(np.float64)
    moves[forbidden(tags)] = -np.inf
    return moves


def _viterbi(scores: NDArray[np.float64], moves: NDArray[np.float64]) -> list[Span]:
    """Viterbi (1967)."""
    roles, tags = scores.shape[1] // 2, np.arange(scores.shape[1])
    backs = np.zeros(scores.shape, dtype=np.int64)
    total = scores[0].copy()
    total[1 + roles :] = -np.inf
    for word in range(1, len(scores)):
        reached = total[:, None] + moves
        backs[word] = reached.argmax(axis=0)
        total = reached[backs[word], tags] + scores[word]
    return _spans(_path(backs, int(total.argmax())), roles)


def _path(backs: NDArray[np.int64], last: int) -> list[int]:
    tags = [last]
    for back in backs[:0:-1]:
        tags.append(int(back[tags[-1]]))
    return tags[::-1]


def _spans(tags: list[int], roles: int) -> list[Span]:
    spans: list[Span] = []
    for word, tag in enumerate(tags):
        if tag > roles:
            spans[-1] = spans[-1]._replace(end=word + 1)
        elif tag > 0:
            spans.append(Span(tag - 1, word, word + 1))
    return spans
