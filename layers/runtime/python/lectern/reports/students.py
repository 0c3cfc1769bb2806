"""Credits by student and question, for what needs all answers of one student; bounded by a sample of students.

The students with the smallest fingerprints are kept, as many as fit: a sample that depends on who is there and not on
the order in which rows come, so that merging equals adding. While everything fits, it is everybody.
"""

import hashlib
import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from lectern.reports.sums import fixed

MOST_CELLS = 20_000
LEAST_STUDENTS = 10

_NO_BOUND = "g"
"""Above every hex digit."""

Cell = tuple[int, int]
"""Attempt, credit in billionths."""


def fingerprint(name: str) -> str:
    """16 hex digits that stand for an id. It keeps ids out of sight; it does not make them anonymous."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Discrimination:
    """How answers to one question go with the same students' other answers: a correlation, and over how many."""

    correlation: float | None
    students: int


@dataclass
class Students:
    """The sample: `{student: {question: (attempt, credit)}}`, fingerprints for both; the last attempt counts."""

    limit: int = MOST_CELLS
    cells: dict[str, dict[str, Cell]] = field(default_factory=dict)
    bound: str = _NO_BOUND
    size: int = 0
    _queue: list[tuple[int, str]] = field(default_factory=list, compare=False, repr=False)
    """A heap of who is here, the largest fingerprint first."""

    def __post_init__(self) -> None:
        self._queue = [(-int(student, 16), student) for student in self.cells]
        heapq.heapify(self._queue)

    @property
    def is_everybody(self) -> bool:
        """Whether nobody had to be left out."""
        return self.bound == _NO_BOUND

    def add(self, student: str, question: str, attempt: int, credit: float) -> None:
        """Count one answer; rows that name no student are not of use here."""
        if student:
            self._put(fingerprint(student), question, (attempt, fixed(credit)))

    def merge(self, other: "Students") -> None:
        """Count what another sample has seen, which came after this one."""
        self._lower(min(self.bound, other.bound))
        for student, answers in other.cells.items():
            for question, cell in answers.items():
                self._put(student, question, cell)

    def discrimination(self, question: str) -> Discrimination:
        """The corrected item-total correlation: of a question's credit with the mean credit of the student's others.

        None for fewer than LEAST_STUDENTS students who answered both, and where one side never varies.
        """
        pairs = list(self._pairs(question))
        return Discrimination(_correlation(pairs) if len(pairs) >= LEAST_STUDENTS else None, len(pairs))

    def to_document(self) -> dict[str, object]:
        """The bound and the cells, both ordered by fingerprint."""
        cells = {student: dict(sorted(answers.items())) for student, answers in sorted(self.cells.items())}
        return {"bound": self.bound, "cells": {s: {q: list(c) for q, c in a.items()} for s, a in cells.items()}}

    def _pairs(self, question: str) -> Iterator[tuple[float, float]]:
        for answers in self.cells.values():
            if question in answers and len(answers) > 1:
                own = answers[question][1]
                yield float(own), (sum(credit for _, credit in answers.values()) - own) / (len(answers) - 1)

    def _put(self, student: str, question: str, cell: Cell) -> None:
        if student >= self.bound:
            return
        if student not in self.cells:
            heapq.heappush(self._queue, (-int(student, 16), student))
        answers = self.cells.setdefault(student, {})
        known = answers.get(question)
        if known is None:
            self.size += 1
        if known is None or cell[0] >= known[0]:
            answers[question] = cell
        while self.size > self.limit:
            self._lower(self._queue[0][1])

    def _lower(self, bound: str) -> None:
        self.bound = bound
        while self._queue and self._queue[0][1] >= bound:
            self.size -= len(self.cells.pop(heapq.heappop(self._queue)[1]))


def read_students(document: dict[str, object]) -> Students:
    """The inverse of `Students.to_document`."""
    found: dict[str, dict[str, list[int]]] = document["cells"]  # type: ignore[assignment]
    cells = {student: {q: (c[0], c[1]) for q, c in answers.items()} for student, answers in found.items()}
    return Students(cells=cells, bound=str(document["bound"]), size=sum(map(len, cells.values())))


def _correlation(pairs: list[tuple[float, float]]) -> float | None:
    first, second = sum(x for x, _ in pairs) / len(pairs), sum(y for _, y in pairs) / len(pairs)
    spread = [sum((pair[side] - mean) ** 2 for pair in pairs) for side, mean in ((0, first), (1, second))]
    if min(spread) < 1.0:  # a billionth squared: nothing but rounding
        return None
    together = sum((x - first) * (y - second) for x, y in pairs)
    return max(-1.0, min(1.0, together / math.sqrt(spread[0] * spread[1])))
