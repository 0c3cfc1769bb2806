"""What a model's answers to a set of questions are worth, at any threshold."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A model's answers to a set: scores, and per question what answering is worth and whether none is right."""

    scores: Values
    exact: Values
    f1: Values
    has: NDArray[np.bool_]
    """Whether the text has an answer."""

    def of(self, part: NDArray[np.bool_]) -> "Judged":
        """Some of the questions."""
        return Judged(self.scores[part], self.exact[part], self.f1[part], self.has[part])

    def at(self, least: float) -> tuple[Values, Values]:
        """Exact match and F1 of each question, where a score below `least` says that there is no answer."""
        silent = self.scores < least
        return np.where(silent, ~self.has, self.exact), np.where(silent, ~self.has, self.f1)
