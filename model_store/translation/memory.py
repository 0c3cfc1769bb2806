"""A translation memory: what stands beside the known sentence that is most like the asked one.

Likeness is the cosine of character n-grams weighed by how rare they are (Spärck Jones, 1972). It is what a translator
has to be better than.
"""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from model_store.translation.pairs import bare

_LENGTHS = {"en": range(3, 6), "zh": range(1, 4)}


class Memory:
    """Known sentences of one language with their translations."""

    def __init__(self, known: Sequence[str], translations: Sequence[str], language: str) -> None:
        self._translations, self._language = translations, language
        counts = [_grams(text, language) for text in known]
        spread = Counter(gram for one in counts for gram in one)
        self._rarity = {gram: math.log(len(known) / number) + 1 for gram, number in spread.items()}
        self._places = self._postings(counts)
        self._size = len(known)

    def translation(self, text: str) -> str:
        """The translation of the known sentence that is most like a text; of equals the first."""
        return self._translations[int(self.likeness(text).argmax())]

    def likeness(self, text: str) -> NDArray[np.float64]:
        """The cosine (known,) of a text with every known sentence."""
        total = np.zeros(self._size)
        for gram, weight in self._weights(_grams(text, self._language)).items():
            rows, weights = self._places[gram]
            total[rows] += weight * weights
        return total

    def _weights(self, counts: Counter[str]) -> dict[str, float]:
        known = {gram: (1 + math.log(n)) * self._rarity[gram] for gram, n in counts.items() if gram in self._rarity}
        length = math.sqrt(sum(weight * weight for weight in known.values())) or 1.0
        return {gram: weight / length for gram, weight in known.items()}

    def _postings(self, counts: Sequence[Counter[str]]) -> dict[str, tuple[NDArray[np.int64], NDArray[np.float64]]]:
        found: dict[str, list[tuple[int, float]]] = {}
        for row, one in enumerate(counts):
            for gram, weight in self._weights(one).items():
                found.setdefault(gram, []).append((row, weight))
        return {g: (np.array([r for r, _ in p]), np.array([w for _, w in p])) for g, p in found.items()}


def _grams(text: str, language: str) -> Counter[str]:
    padded = f" {bare(text, language)} " if language == "en" else bare(text, language)
    return Counter(padded[i : i + n] for n in _LENGTHS[language] for i in range(len(padded) - n + 1))
