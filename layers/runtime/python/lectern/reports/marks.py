"""Grades beside a teacher's marks: agreement, distance, kappa, and how far confidence can be believed.

Labels agree when they are equal; points agree when both sides, or neither, give at least half of them.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from lectern.reports.row import LABELS, Row
from lectern.reports.sums import UNIT, Moments, fixed

BIN_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_BINS = len(BIN_EDGES) - 1


@dataclass(frozen=True)
class Bin:
    """Grades whose confidence lies in [low, high): how many, how sure on average, how many agree."""

    low: float
    high: float
    count: int
    confidence: float
    agreement: float


@dataclass
class Marks:
    """All that is kept of grades with marks; exact under merging."""

    labels: list[int] = field(default_factory=lambda: [0] * len(LABELS) ** 2)
    grader: Moments = field(default_factory=Moments)
    teacher: Moments = field(default_factory=Moments)
    difference: Moments = field(default_factory=Moments)
    distance: int = 0
    agree: int = 0
    bins: list[list[int]] = field(default_factory=lambda: [[0, 0, 0] for _ in range(_BINS)])

    def add(self, row: Row) -> None:
        """Count a row, if it has a readable mark."""
        credit = row.mark_credit
        if credit is not None:
            self._add_points(row.grader_credit, credit)
            self._add_bin(row.confidence, (credit >= 0.5) == (row.grader_credit >= 0.5))
        elif row.mark_label and row.label in LABELS:
            self.labels[LABELS.index(row.mark_label) * len(LABELS) + LABELS.index(row.label)] += 1
            self._add_bin(row.confidence, row.mark_label == row.label)

    def merge(self, other: "Marks") -> None:
        """Count what another has counted."""
        self.labels = [a + b for a, b in zip(self.labels, other.labels, strict=True)]
        self.grader.merge(other.grader)
        self.teacher.merge(other.teacher)
        self.difference.merge(other.difference)
        self.distance += other.distance
        self.agree += other.agree
        self.bins = [[a + b for a, b in zip(x, y, strict=True)] for x, y in zip(self.bins, other.bins, strict=True)]

    @property
    def count(self) -> int:
        """Grades with a mark."""
        return sum(count for count, _, _ in self.bins)

    @property
    def share(self) -> float | None:
        """The share that agrees."""
        return self.agree / self.count if self.count else None

    @property
    def mean_distance(self) -> float | None:
        """The mean absolute error in shares of a question's points, over marks that are points."""
        return self.distance / UNIT / self.difference.count if self.difference.count else None

    @property
    def kappa(self) -> float | None:
        """Quadratic-weighted kappa of the points as given, not rounded; None where neither side varies.

        Cohen (1968): 1 - observed / expected squared difference, and both are known from means and variances.
        """
        if not self.difference.count:
            return None
        apart = (self.grader.mean or 0.0) - (self.teacher.mean or 0.0)
        expected = self.grader.variance + self.teacher.variance + apart**2
        observed = self.difference.squares / UNIT / self.difference.count
        return 1 - observed / expected if expected > 1e-9 else None

    @property
    def label_kappa(self) -> float | None:
        """Cohen's kappa (1960) of labels; None without labels, and where both sides always give the same one."""
        size, total = len(LABELS), sum(self.labels)
        if not total:
            return None
        rows = [sum(self.labels[i * size : (i + 1) * size]) for i in range(size)]
        columns = [sum(self.labels[i::size]) for i in range(size)]
        chance = sum(r * c for r, c in zip(rows, columns, strict=True)) / total**2
        observed = sum(self.labels[i * size + i] for i in range(size)) / total
        return (observed - chance) / (1 - chance) if chance < 1 else None

    @property
    def reliability(self) -> list[Bin]:
        """Agreement by confidence; empty bins are left out."""
        edges = zip(pairwise(BIN_EDGES), self.bins, strict=True)
        return [Bin(*ends, n, total / UNIT / n, agree / n) for ends, (n, total, agree) in edges if n]

    @property
    def calibration_error(self) -> float | None:
        """The mean distance between confidence and agreement over the bins, weighted by their grades."""
        apart = sum(entry.count * abs(entry.confidence - entry.agreement) for entry in self.reliability)
        return apart / self.count if self.count else None

    def to_document(self) -> dict[str, Any]:
        """Everything, as plain values."""
        moments = {name: getattr(self, name).to_document() for name in ("grader", "teacher", "difference")}
        return {**moments, "labels": self.labels, "distance": self.distance, "agree": self.agree, "bins": self.bins}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Marks":
        """The inverse of `to_document`."""
        moments = {name: Moments(*document[name]) for name in ("grader", "teacher", "difference")}
        return cls(**{**document, **moments, "labels": [*document["labels"]], "bins": [[*b] for b in document["bins"]]})

    def _add_points(self, grader: float, teacher: float) -> None:
        self.grader.add(grader)
        self.teacher.add(teacher)
        self.difference.add(grader - teacher)
        self.distance += fixed(abs(grader - teacher))

    def _add_bin(self, confidence: float, agrees: bool) -> None:
        entry = self.bins[min(bisect_right(BIN_EDGES, confidence), _BINS) - 1]
        entry[0] += 1
        entry[1] += fixed(confidence)
        entry[2] += agrees
        self.agree += agrees


def marks_of(rows: Iterable[Row]) -> Marks:
    """The marks of all rows."""
    marks = Marks()
    for row in rows:
        marks.add(row)
    return marks
