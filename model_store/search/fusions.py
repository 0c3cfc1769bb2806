"""The ways to make one ranking of two that `lectern models evaluate search` chooses among."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lectern.search.fusion import MEANING, Fused, added, fused
from lectern.search.index import Found
from model_store.metrics import mean_interval

Fusion = Callable[[Sequence[Found], Sequence[Found]], list[Fused]]

WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
RANKS = (10, 60)

SHIPPED = f"weighted sum, {MEANING}"


def by_reciprocal_ranks(meaning: Sequence[Found], words: Sequence[Found], weight: float, rank: int) -> list[Fused]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009)."""
    return added(_turned(meaning, rank), _turned(words, rank), weight)


def _turned(ranking: Sequence[Found], rank: int) -> list[Found]:
    return [found._replace(score=1 / (rank + place)) for place, found in enumerate(ranking, 1)]


def fusions() -> dict[str, Fusion]:
    """Every way by its name."""
    sums: dict[str, Fusion] = {f"weighted sum, {weight}": partial(fused, weight=weight) for weight in WEIGHTS}
    ranks: dict[str, Fusion] = {
        f"reciprocal ranks + {rank}, {weight}": partial(by_reciprocal_ranks, weight=weight, rank=rank)
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
