"""Passages ranked by words: BM25 (Robertson and Zaragoza, 2009, The Probabilistic Relevance Framework)."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.search.segment import Segment

K1, B = 1.2, 0.75
"""How soon a repeated word counts no more, and how much a long passage is held back: the customary values."""


def bm25(terms: Sequence[str], segments: Sequence[Segment], alive: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The score of every passage, by those alone that are `alive`: documents that were replaced change nothing."""
    lengths = np.concatenate([*(segment.lengths for segment in segments), np.zeros(0, np.int32)])
    scores, count = np.zeros(len(lengths), dtype=np.float32), int(alive.sum())
    if not count:
        return scores
    held_back = K1 * (1 - B + B * lengths / max(1.0, float(lengths[alive].mean())))
    for term in terms:
        passages, counts = _posted(term, segments)
        having = int(alive[passages].sum())
        rarity = math.log1p((count - having + 0.5) / (having + 0.5))
        scores[passages] += rarity * counts * (K1 + 1) / (counts + held_back[passages])
    return scores


def _posted(term: str, segments: Sequence[Segment]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The passages that have a term, numbered through all segments, and how often."""
    passages, counts, before = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for segment in segments:
        found, often = segment.postings.of(term)
        passages.append(found.astype(np.int64) + before)
        counts.append(often.astype(np.int64))
        before += len(segment.lengths)
    return np.concatenate(passages), np.concatenate(counts)
