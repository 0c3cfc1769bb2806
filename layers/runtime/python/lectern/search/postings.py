"""Which passages have which word, how often: an inverted index in four arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int32]
_NONE = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class Postings:
    """`terms` in ascending order; those of number t lie at pointers[t] to before pointers[t + 1] of the other two."""

    terms: tuple[str, ...]
    pointers: NDArray[np.int64]
    passages: Integers
    counts: Integers

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {term: number for number, term in enumerate(self.terms)}

    def of(self, term: str) -> tuple[Integers, Integers]:
        """The passages that have a term, and how often."""
        number = self._numbers.get(term)
        if number is None:
            return _NONE, _NONE
        part = slice(int(self.pointers[number]), int(self.pointers[number + 1]))
        return self.passages[part], self.counts[part]

    @property
    def nbytes(self) -> int:
        """Memory, the terms' about."""
        return self.pointers.nbytes + self.passages.nbytes + self.counts.nbytes + 200 * len(self.terms)


def posted(counts: Sequence[Mapping[str, int]]) -> Postings:
    """The postings of passages by their words' counts."""
    terms = sorted({term for passage in counts for term in passage})
    numbers = {term: number for number, term in enumerate(terms)}
    triples = [(numbers[term], place, n) for place, passage in enumerate(counts) for term, n in passage.items()]
    return _sorted(terms, np.array(triples, dtype=np.int32).reshape(-1, 3))


def joined(parts: Sequence[tuple[Postings, Integers]]) -> Postings:
    """Several postings as one; beside each, the new number of every passage of it, -1 for one that is left out."""
    terms = sorted({term for postings, _ in parts for term in postings.terms})
    numbers = {term: number for number, term in enumerate(terms)}
    triples = [_renumbered(postings, places, numbers) for postings, places in parts]
    return _dense(_sorted(terms, np.concatenate([*triples, np.zeros((0, 3), np.int32)])))


def _renumbered(postings: Postings, places: Integers, numbers: Mapping[str, int]) -> Integers:
    own = np.array([numbers[term] for term in postings.terms], dtype=np.int32)
    terms = np.repeat(own, np.diff(postings.pointers))
    triples = np.stack([terms, places[postings.passages], postings.counts], axis=1) if len(terms) else _NONE
    kept: Integers = triples.reshape(-1, 3)
    return kept[kept[:, 1] >= 0]


def _sorted(terms: Sequence[str], triples: Integers) -> Postings:
    order = np.lexsort((triples[:, 1], triples[:, 0]))
    ends = np.cumsum(np.bincount(triples[:, 0], minlength=len(terms)))
    pointers = np.concatenate([[0], ends]).astype(np.int64)
    passages, counts = (np.ascontiguousarray(triples[order, column]) for column in (1, 2))
    return Postings(tuple(terms), pointers, passages, counts)


def _dense(postings: Postings) -> Postings:
    """Without terms that no passage has any more."""
    there = np.flatnonzero(np.diff(postings.pointers))
    pointers = np.append(postings.pointers[there], postings.pointers[-1:])
    return Postings(tuple(postings.terms[n] for n in there), pointers, postings.passages, postings.counts)
