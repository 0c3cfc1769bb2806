"""What a question's head sees of an answer: numbers alone, from which the text can't be read back.

Five blocks: what the grader says (its expected credit), how the answer lies to the references and how long it is, the
frozen encoder's sentence embedding, the peaks of its token vectors, and hashed n-grams of words and characters
(Weinberger et al. 2009, Feature Hashing for Large Scale Multitask Learning). Change anything here and VERSION must
change with it.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

VERSION = 2

BUCKETS = 1 << 14

WIDTH = 384
"""Numbers in a token vector: in a sentence embedding, and as many in its peaks."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CHARACTERS = (3, 4, 5)

Vector = NDArray[np.float32]
Matrix = NDArray[np.float64]


class Embed(Protocol):
    """A text's embedding and peaks (2, 384); what comes again, such as references, is kept where `keep` says so."""

    def __call__(self, text: str, keep: bool = False) -> Vector:
        """Embed one text."""


@dataclass(frozen=True)
class Features:
    """One answer: `dense` (3,), `embedding` (384,) of length 1, `peaks` (384,), and `buckets` (k,) of the n-grams that
    occur, ascending.
    """

    credit: float
    dense: NDArray[np.float64]
    embedding: NDArray[np.float64]
    peaks: NDArray[np.float64]
    buckets: NDArray[np.int64]


def features(answer: str, credit: float, embedding: Vector, references: Sequence[Vector]) -> Features:
    """The features of an answer that the grader gives `credit` (0..1), beside the references; embeddings (2, 384)."""
    own, buckets = _unit(embedding[0]), _buckets(_WORD.findall(answer.lower()))
    nearest = max((float(own @ _unit(reference[0])) for reference in references), default=0.0)
    dense = np.array([credit - 0.5, nearest - 0.5, np.log1p(len(buckets)) - 5])
    return Features(credit, dense, own, embedding[1].astype(np.float64), buckets)


def _buckets(words: list[str]) -> NDArray[np.int64]:
    """Where words, pairs of words and runs of 3 to 5 characters fall. Their number says how long the answer is."""
    text = f" {' '.join(words)} "
    runs = {f"#{text[i : i + size]}" for size in _CHARACTERS for i in range(len(text) - size + 1)}
    grams = runs.union(words, (f"{one} {two}" for one, two in pairwise(words)))
    return np.array(sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams}), dtype=np.int64)


def _unit(vector: Vector) -> NDArray[np.float64]:
    wide = vector.astype(np.float64)
    return np.asarray(wide / (np.linalg.norm(wide) + 1e-9))
