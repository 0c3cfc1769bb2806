"""How far grades agree with a teacher's marks, where the input has a `gold` column.

A mark is a label or a number of points. Labels agree when they are equal; points agree when both sides, or neither,
give at least half of the points.
"""

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
    return [compared for grade in grades if (compared := _compared(grade)) is not None]


def share(compared: list[Compared]) -> float | None:
    """The share that agrees."""
    return sum(pair.agrees for pair in compared) / len(compared) if compared else None


def by_confidence(compared: list[Compared]) -> list[Bin]:
    """The comparison in bins of confidence; empty bins are left out."""
    bins = []
    for low, high in pairwise(BIN_EDGES):
        members = [p for p in compared if low <= _confidence(p) < high or (high == 1.0 == _confidence(p))]
        if members:
            mean = sum(map(_confidence, members)) / len(members)
            bins.append(Bin(low, high, len(members), mean, sum(p.agrees for p in members) / len(members)))
    return bins


def _compared(grade: Grade) -> Compared | None:
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
