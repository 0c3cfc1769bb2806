"""From scores of words to spans: the best sequence of B-, I- and O tags in which an I- goes on a span of its role."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Span(NamedTuple):
    """Words `start` to `end`, the latter not included, in a role."""

    role: int
    start: int
    end: int


def best_spans(scores: NDArray[np.float32], predicate: int) -> list[Span]:
    """The spans of the best allowed tags, by Viterbi (1967), in their order; the predicate's own word is in none.

    `scores` (words, 1 + 2 · roles): of O, of B- of each role, of I- of each role.
    """
    words, roles = len(scores), scores.shape[1] // 2
    scores = scores.astype(np.float64)
    scores[predicate, 1:] = -np.inf
    backs = np.zeros(scores.shape, dtype=np.int64)
    total = scores[0].copy()
    total[1 + roles :] = -np.inf
    for word in range(1, words):
        best = int(total.argmax())
        begun, inside = total[1 : 1 + roles], total[1 + roles :]
        goes_on = np.maximum(begun, inside)
        backs[word, : 1 + roles] = best
        backs[word, 1 + roles :] = np.where(begun >= inside, 1, 1 + roles) + np.arange(roles)
        total = scores[word] + np.concatenate([np.full(1 + roles, total[best]), goes_on])
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
