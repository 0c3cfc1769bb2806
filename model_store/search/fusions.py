"""The ways to make one ranking of two that `lectern models evaluate search` chooses among."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lectern.search.fusion import MEANING, RANK, Fused, added, fused
from lectern.search.index import Found
from model_store.metrics import mean_interval

Fusion = Callable[[Sequence[Found], Sequence[Found]], list[Fused]]

WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
RANKS = (10, 60)

SHIPPED = f"reciprocal ranks + {RANK}, {MEANING}"


def by_sums(meaning: Sequence[Found], words: Sequence[Found], weight: float) -> list[Fused]:
    """The weighted sum of scores, each scaled to 0..1 within its ranking (Fox and Shaw, 1994, CombSUM)."""
    return added(_scaled(meaning), _scaled(words), weight)


def _scaled(ranking: Sequence[Found]) -> list[Found]:
    """The scores of a ranking from 0, its last one's, to 1, its first one's; all 1 where they are the same."""
    if not ranking:
        return []
    high, low = ranking[0].score, ranking[-1].score
    return [found._replace(score=(found.score - low) / (high - low) if high > low else 1.0) for found in ranking]


def fusions() -> dict[str, Fusion]:
    """Every way by its name."""
    sums: dict[str, Fusion] = {f"weighted sum, {weight}": partial(by_sums, weight=weight) for weight in WEIGHTS}
    ranks: dict[str, Fusion] = {
        f"reciprocal ranks + {rank}, {weight}": partial(fused, weight=weight, rank=rank)
        for rank in RANKS
        for weight in WEIGHTS
    }
    return sums | ranks


def chosen(table: Mapping[str, NDArray[np.float64]]) -> str:
    """The way to ship, by the reciprocal rank of each query: the one that leans least on either ranking among those
    that can't be told from the best (its lead's 95 % interval holds 0); of these the better.

    The fewer the queries, the less a best weight means: so what is nearest to equal shares is preferred.
    """
    best = max(table, key=lambda name: float(table[name].mean()))
    as_good = [name for name in table if mean_interval(table[best] - table[name])[0] <= 0]
    leaning = {name: round(abs(float(name.split(", ")[1]) - 0.5), 3) for name in as_good}
    return min(as_good, key=lambda name: (leaning[name], -float(table[name].mean())))
