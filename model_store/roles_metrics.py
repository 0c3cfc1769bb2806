"""How semantic roles are counted: precision, recall and F1 of exact spans with their roles, as in CoNLL-2005.

An argument is right when its predicate, its role and both its ends are; the predicate's own span (V) does not count
(Carreras and Màrquez, 2005). Roles that the model never gives count as missed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np


class Argument(NamedTuple):
    """Words `start` to `end`, the latter not included, in a role."""

    role: str
    start: int
    end: int


Frames = Mapping[int, Iterable[Argument]]
"""A sentence's predicates, by the place of their word, with their arguments."""


@dataclass(frozen=True)
class Tally:
    """What was found, what there is, and what is right of it."""

    right: int = 0
    found: int = 0
    gold: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.found + other.found, self.gold + other.gold)

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what there is that was found; 1 where there is nothing."""
        return self.right / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 1.0


def predicate_tally(gold: Frames, found: Frames) -> Tally:
    """Predicates of one sentence, by their words."""
    return Tally(len(gold.keys() & found.keys()), len(found), len(gold))


def argument_tally(gold: Frames, found: Frames) -> Tally:
    """Arguments of one sentence."""
    wanted, given = _arguments(gold), _arguments(found)
    return Tally((wanted & given).total(), given.total(), wanted.total())


def _arguments(frames: Frames) -> Counter[tuple[int, Argument]]:
    return Counter((predicate, argument) for predicate, arguments in frames.items() for argument in arguments)


def f1_interval(
    first: Sequence[Tally], second: Sequence[Tally], samples: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """95 % bootstrap interval of the F1 of `first` less that of `second`, over the same resampled sentences.

    Efron and Tibshirani (1993), An Introduction to the Bootstrap.
    """
    chance, count = np.random.default_rng(seed), len(first)
    drawn = chance.multinomial(count, np.full(count, 1 / count), size=samples)
    one, other = (drawn @ np.array([(2 * t.right, t.found + t.gold) for t in tallies]) for tallies in (first, second))
    differences = one[:, 0] / np.maximum(one[:, 1], 1) - other[:, 0] / np.maximum(other[:, 1], 1)
    low, high = np.percentile(differences, [2.5, 97.5])
    return float(low), float(high)
