"""A part of a collection that never changes: documents, their passages, vectors and words.

A document's passages lie side by side. Vectors are rows of int8 with a scale each: a row's largest number is 127.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lectern.search.documents import Document
from lectern.search.postings import Integers, Postings, posted
from lectern.search.words import counted


class Passage(NamedTuple):
    """A part of a document's text, in Unicode code points, and its vector (384,) of length 1."""

    start: int
    end: int
    vector: NDArray[np.float32]


class Read(NamedTuple):
    """A document that was cut and embedded; `unknown` where the model can't read most of it."""

    document: Document
    passages: Sequence[Passage]
    unknown: bool = False


@dataclass(frozen=True)
class Segment:
    """`firsts` (documents + 1,) are the documents' first passages; the other arrays have a row for each passage."""

    documents: tuple[Document, ...]
    digests: tuple[str, ...]
    firsts: Integers
    places: Integers
    lengths: Integers
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    postings: Postings

    @cached_property
    def nbytes(self) -> int:
        """Memory, about."""
        arrays = (self.firsts, self.places, self.lengths, self.vectors, self.scales)
        texts = sum(len(document.text) for document in self.documents) + 2_000 * len(self.documents)
        return sum(array.nbytes for array in arrays) + texts + self.postings.nbytes

    @cached_property
    def owners(self) -> NDArray[np.intp]:
        """The document of each passage."""
        return np.repeat(np.arange(len(self.documents)), np.diff(self.firsts))


def segment(read: Sequence[Read]) -> Segment:
    """The segment of documents that were read."""
    passages = [(one.document, passage) for one in read for passage in one.passages]
    counts = [counted(f"{document.title}\n{document.text[p.start : p.end]}") for document, p in passages]
    vectors, scales = narrow(np.array([passage.vector for _, passage in passages]))
    return Segment(
        documents=tuple(one.document for one in read),
        digests=tuple(one.document.sha256 for one in read),
        firsts=np.cumsum([0, *(len(one.passages) for one in read)]).astype(np.int32),
        places=np.array([(p.start, p.end) for _, p in passages], dtype=np.int32),
        lengths=np.array([count.total() for count in counts], dtype=np.int32),
        vectors=vectors,
        scales=scales,
        postings=posted(counts),
    )


def narrow(vectors: NDArray[np.floating]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Vectors (n, width) as int8 rows and their scales (n,)."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)
