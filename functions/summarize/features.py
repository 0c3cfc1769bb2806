"""What the scorer sees of a sentence: its vector, and measures of its place among the others.

The document's mean vector itself would tell nothing: it is the same for all sentences that a score is held against.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

_CUES = frozenset(
    ["we", "our", "propose", "present", "introduce", "show", "demonstrate", "find", "novel", "new", "paper", "results"]
)
_STRIPPED = ".,;:!?()[]\"'“”‘’"

MEASURES = (
    "place",
    "first",
    "second",
    "last",
    "log of words",
    "words against the mean",
    "cue words",
    "cosine with the mean",
    "mean cosine with others",
    "largest cosine with others",
    "cosine with the one before",
    "cosine with the next",
)
"""Names of the measures, in their order."""


def features(texts: Sequence[str], vectors: Matrix) -> Matrix:
    """Rows (sentences, width + measures) of one document: `vectors` (sentences, width) have length 1."""
    return np.hstack([vectors, measures(texts, vectors)])


def measures(texts: Sequence[str], vectors: Matrix) -> Matrix:
    """The measures (sentences, len(MEASURES))."""
    mean = vectors.mean(axis=0)
    mean /= max(float(np.linalg.norm(mean)), 1e-9)
    count, words = len(texts), [text.lower().split() for text in texts]
    lengths = np.array([len(found) for found in words], dtype=np.float64)
    cosines = vectors @ vectors.T
    alone = cosines - np.eye(count) * np.diag(cosines)
    beside = np.diag(cosines, 1)
    place = np.arange(count)
    columns = [
        place / max(1, count - 1),
        place == 0,
        place == 1,
        place == count - 1,
        np.log1p(lengths),
        lengths / max(1.0, float(lengths.mean())),
        [min(3, sum(word.strip(_STRIPPED) in _CUES for word in found)) for found in words],
        vectors @ mean,
        alone.sum(axis=1) / max(1, count - 1),
        alone.max(axis=1),
        np.concatenate([[0.0], beside]),
        np.concatenate([beside, [0.0]]),
    ]
    return np.column_stack(columns).astype(np.float64)
