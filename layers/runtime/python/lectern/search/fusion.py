"""Two rankings as one: the sum of their scores, each scaled to 0..1 within its ranking (Fox and Shaw, 1994, CombSUM).

Which fusion, and which weight, is chosen by `lectern models evaluate search` on one half of its queries.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lectern.search.index import Found

MEANING = 0.5
"""The weight of the ranking by meaning; the words' is the rest."""

DEPTH = 200
"""How many documents of each ranking are looked at."""


class Fused(NamedTuple):
    """A document in the order of both rankings; `passage` is from the one that speaks more for it."""

    document: int
    passage: int
    score: float


def fused(meaning: Sequence[Found], words: Sequence[Found], weight: float = MEANING) -> list[Fused]:
    """The documents of two rankings, the best first; equal ones in the order of their numbers."""
    return added(scaled(meaning), scaled(words), weight)


def added(meaning: Sequence[Found], words: Sequence[Found], weight: float) -> list[Fused]:
    """As `fused`, of scores as they are."""
    best: dict[int, tuple[Fused, float]] = {}
    for ranking, share in ((meaning, weight), (words, 1 - weight)):
        for found in ranking:
            given = share * found.score
            known, most = best.get(found.document, (Fused(found.document, found.passage, 0.0), given))
            passage = found.passage if given > most else known.passage
            best[found.document] = Fused(found.document, passage, known.score + given), max(given, most)
    return sorted((one for one, _ in best.values()), key=lambda one: (-one.score, one.document))


def scaled(ranking: Sequence[Found]) -> list[Found]:
    """The scores of a ranking from 0, its last one's, to 1, its first one's; all 1 where they are the same."""
    if not ranking:
        return []
    high, low = ranking[0].score, ranking[-1].score
    return [found._replace(score=(found.score - low) / (high - low) if high > low else 1.0) for found in ranking]
