"""How far grades agree with a teacher's marks, where the input has a `gold` column.

A mark is a label or a number of points. Labels agree when they are equal; points agree when both sides, or neither,
give at least half of the points.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

from lectern.batch.grades import Grade

LABELS = ("correct", "contradictory", "incorrect")
BIN_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@dataclass(frozen=True)
class Compared:
    """One grade beside its mark. `distance` is in shares of the question's points; None where the mark is a label."""

    grade: Grade
    agrees: bool
    distance: float | None


@dataclass(frozen=True)
class Bin:
    """Grades whose confidence lies in [low, high): how many, how sure on average, how many agree."""

    low: float
    high: float
    count: int
    confidence: float
    agreement: float


def compare(grades: list[Grade]) -> list[Compared]:
    """Every grade whose row has a readable mark."""
    return [pair for grade in grades if (pair := compared(grade)) is not None]


def share(pairs: list[Compared]) -> float | None:
    """The share that agrees."""
    return sum(pair.agrees for pair in pairs) / len(pairs) if pairs else None


def by_confidence(pairs: list[Compared]) -> list[Bin]:
    """The comparison in bins of confidence; empty bins are left out."""
    agreement = Agreement()
    for pair in pairs:
        agreement.add(pair)
    return agreement.bins()


class Agreement:
    """Pairs counted one after another, so that none is held."""

    def __init__(self) -> None:
        self.marks, self.agree, self.distances, self.distance = 0, 0, 0, 0.0
        self._bins = [[0, 0.0, 0] for _ in pairwise(BIN_EDGES)]
        """Of each bin: how many, the sum of their confidences, how many agree."""

    def add(self, pair: Compared) -> None:
        """Count one."""
        self.marks += 1
        self.agree += pair.agrees
        if pair.distance is not None:
            self.distances += 1
            self.distance += pair.distance
        confidence = _confidence(pair)
        members = self._bins[min(bisect_right(BIN_EDGES, confidence), len(self._bins)) - 1]
        members[0] += 1
        members[1] += confidence
        members[2] += pair.agrees

    def bins(self) -> list[Bin]:
        """By confidence; empty ones are left out."""
        edges = zip(pairwise(BIN_EDGES), self._bins, strict=True)
        return [Bin(low, high, int(n), total / n, agree / n) for (low, high), (n, total, agree) in edges if n]


def compared(grade: Grade) -> Compared | None:
    """A grade beside its mark; None where its row has none that can be read."""
    mark = grade.row.cells.get("gold", "").strip().lower()
    if grade.result is None or not mark:
        return None
    if mark in LABELS:
        return Compared(grade, mark == grade.result["label"], None)
    try:
        credit = float(mark) / grade.row.item["max_score"]  # type: ignore[index]
    except ValueError:
        return None
    if not 0 <= credit <= 1:  # NaN neither
        return None
    return Compared(grade, (credit >= 0.5) == (grade.credit >= 0.5), abs(credit - grade.credit))


def _confidence(pair: Compared) -> float:
    assert pair.grade.result
    return float(pair.grade.result["confidence"])
