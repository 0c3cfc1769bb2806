"""Sums that come out the same in whatever order they are added: whole numbers of billionths."""

import math
from dataclasses import dataclass

UNIT = 1_000_000_000


def fixed(value: float) -> int:
    """A finite number in billionths, rounded to the nearest."""
    return round(value * UNIT)


@dataclass
class Moments:
    """How many values, their sum and the sum of their squares, both in billionths; exact under merging."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def add(self, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.total += fixed(value)
        self.squares += fixed(value * value)

    def merge(self, other: "Moments") -> None:
        """Count what another has counted."""
        self.count += other.count
        self.total += other.total
        self.squares += other.squares

    @property
    def mean(self) -> float | None:
        """None without values."""
        return self.total / UNIT / self.count if self.count else None

    @property
    def variance(self) -> float:
        """The mean squared distance from the mean (divided by the count, not by one less)."""
        if not self.count:
            return 0.0
        return max(0.0, self.squares / UNIT / self.count - (self.total / UNIT / self.count) ** 2)

    @property
    def standard_error(self) -> float | None:
        """Of the mean, for independent values; None for fewer than two."""
        return math.sqrt(self.variance / (self.count - 1)) if self.count > 1 else None

    def to_document(self) -> list[int]:
        """`[count, total, squares]`."""
        return [self.count, self.total, self.squares]
