"""A collection in memory: its segments, which of their documents count, and how well each answers a query.

Exact search: every passage is scored, so nothing that is there is missed. `Ranks` is what search asks of it, and what
an index outside of the function would have to answer (docs/adr/0020).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from lectern.search.bm25 import bm25
from lectern.search.documents import Document
from lectern.search.segment import Segment

ROWS = 2_048
"""Of int8 vectors made float at a time: 3 MB, which stay in the processor's cache."""

Scores = NDArray[np.float32]


class Found(NamedTuple):
    """A document's best passage: the document's number, the passage's, and its score."""

    document: int
    passage: int
    score: float


class Ranks(Protocol):
    """What search asks of an index: the best documents by their best passages, at most `depth`, the best first."""

    def by_meaning(self, vector: NDArray[np.float32], depth: int) -> list[Found]:
        """By the cosine of a vector (384,) of length 1."""

    def by_words(self, terms: Sequence[str], depth: int) -> list[Found]:
        """By BM25; documents without any of the words are left out."""


@dataclass(frozen=True)
class Index:
    """`segments` from the oldest to the newest, whose documents take the places of older ones with their ids."""

    segments: tuple[Segment, ...]

    @cached_property
    def entries(self) -> Mapping[str, tuple[int, int]]:
        """Where each document that counts is, by its id: segment and place in it."""
        parts = enumerate(self.segments)
        return {doc.id: (part, place) for part, segment in parts for place, doc in enumerate(segment.documents)}

    @cached_property
    def kept(self) -> list[NDArray[np.bool_]]:
        """By segment, which of its documents count."""
        kept = [np.zeros(len(segment.documents), dtype=bool) for segment in self.segments]
        for part, place in self.entries.values():
            kept[part][place] = True
        return kept

    @cached_property
    def alive(self) -> NDArray[np.bool_]:
        """Whether each passage's document counts."""
        parts = zip(self.segments, self.kept, strict=True)
        return np.concatenate([*(kept[segment.owners] for segment, kept in parts), np.zeros(0, dtype=bool)])

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """The first passage of each document of all segments."""
        starts = np.cumsum([0, *(len(segment.lengths) for segment in self.segments)])
        return np.concatenate([s.firsts[:-1] + n for s, n in zip(self.segments, starts, strict=False)] or [starts[:0]])

    @cached_property
    def passages(self) -> int:
        """How many count."""
        return int(self.alive.sum())

    @cached_property
    def nbytes(self) -> int:
        """Memory, about."""
        return sum(segment.nbytes for segment in self.segments) + 300 * len(self.entries)

    def document(self, number: int) -> Document:
        """A document by its number in all segments."""
        for segment in self.segments:
            if number < len(segment.documents):
                return segment.documents[number]
            number -= len(segment.documents)
        raise IndexError(number)

    def known(self, document_id: str) -> tuple[Document, int] | None:
        """A document that counts and how many passages it has, by its id."""
        if document_id not in self.entries:
            return None
        part, place = self.entries[document_id]
        segment = self.segments[part]
        return segment.documents[place], int(segment.firsts[place + 1] - segment.firsts[place])

    def digest(self, document_id: str) -> str:
        """What a document that counts is told by; empty for another."""
        part, place = self.entries.get(document_id, (0, -1))
        return self.segments[part].digests[place] if place >= 0 else ""

    def place(self, passage: int) -> tuple[int, int]:
        """Where a passage stands in its document's text."""
        for segment in self.segments:
            if passage < len(segment.places):
                return int(segment.places[passage][0]), int(segment.places[passage][1])
            passage -= len(segment.places)
        raise IndexError(passage)

    def similarity(self, passage: int, vector: Scores) -> float:
        """The cosine of a passage and a vector (384,) of length 1."""
        for segment in self.segments:
            if passage < len(segment.scales):
                return min(1.0, float(segment.vectors[passage].astype(np.float32) @ vector * segment.scales[passage]))
            passage -= len(segment.scales)
        raise IndexError(passage)

    def by_meaning(self, vector: Scores, depth: int) -> list[Found]:
        """See Ranks."""
        scores = np.concatenate([*(_product(part, vector) for part in self.segments), np.zeros(0, np.float32)])
        return list(self._best(np.where(self.alive, scores, -np.inf).astype(np.float32), depth))

    def by_words(self, terms: Sequence[str], depth: int) -> list[Found]:
        """See Ranks."""
        scores = bm25(terms, self.segments, self.alive)
        return list(self._best(np.where(self.alive & (scores > 0), scores, -np.inf).astype(np.float32), depth))

    def _best(self, scores: Scores, depth: int) -> Iterator[Found]:
        """The best documents by their best passages; equal ones in their order, so that pages don't flicker."""
        if not len(scores):
            return
        best = np.maximum.reduceat(scores, self.firsts)
        few = np.argpartition(-best, depth)[:depth] if depth < len(best) else np.arange(len(best))
        for number in few[np.lexsort((few, -best[few]))]:
            if np.isfinite(best[number]):
                end = self.firsts[number + 1] if number + 1 < len(self.firsts) else len(scores)
                passage = int(self.firsts[number] + scores[self.firsts[number] : end].argmax())
                yield Found(int(number), passage, float(best[number]))


def _product(part: Segment, vector: Scores) -> Scores:
    """The products (passages,) of a segment's vectors with one; made float by blocks, so that int8 is what is held."""
    blocks = range(0, len(part.vectors), ROWS)
    made = [part.vectors[start : start + ROWS].astype(np.float32) @ vector for start in blocks]
    return np.concatenate([*made, np.zeros(0, np.float32)]) * part.scales
