"""Two rankings as one: reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009).

Which fusion, and which weight, is chosen by `lectern models evaluate search` on one half of its queries.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lectern.search.index import Found

RANK = 60
"""What is added to a rank before it is turned round: the larger, the less the very first places stand out."""

MEANING = 0.6
"""The weight of the ranking by meaning; the words' is the rest."""

DEPTH = 200
"""How many documents of each ranking are looked at."""


class Fused(NamedTuple):
    """A document in the order of both rankings; `passage` is from the one that speaks more for it."""

    document: int
    passage: int
    score: float


def fused(meaning: Sequence[Found], words: Sequence[Found], weight: float = MEANING, rank: int = RANK) -> list[Fused]:
    """The documents of two rankings, the best first; equal ones in the order of their numbers."""
    return added(turned(meaning, rank), turned(words, rank), weight)


def turned(ranking: Sequence[Found], rank: int = RANK) -> list[Found]:
    """A ranking with 1 / (rank + place) for scores."""
    return [found._replace(score=1 / (rank + place)) for place, found in enumerate(ranking, 1)]


def added(meaning: Sequence[Found], words: Sequence[Found], weight: float) -> list[Fused]:
    """The documents by the weighted sums of their scores as they are."""
    best: dict[int, tuple[Fused, float]] = {}
    for ranking, share in ((meaning, weight), (words, 1 - weight)):
        for found in ranking:
            given = share * found.score
            known, most = best.get(found.document, (Fused(found.document, found.passage, 0.0), given))
            passage = found.passage if given > most else known.passage
            best[found.document] = Fused(found.document, passage, known.score + given), max(given, most)
    return sorted((one for one, _ in best.values()), key=lambda one: (-one.score, one.document))
