"""`summary.json`: a batch in figures. It holds no time, so that the same batch gives the same bytes."""

import hashlib
from collections import Counter
from typing import Any

from lectern.batch.grades import Grade, counted
from lectern.reports.marks import Marks


def summarise(data: bytes, grades: list[Grade]) -> dict[str, Any]:
    """The figures of a graded batch; `data` is the input file."""
    summary = Summary()
    for grade in grades:
        summary.add(grade)
    return summary.document(hashlib.sha256(data).hexdigest())


class Summary:
    """Grades counted one after another, in the order of their rows, so that none is held."""

    def __init__(self) -> None:
        self.rows, self._all = 0, _Figures()
        self._questions: dict[str, _Figures] = {}
        self._model: dict[str, Any] | None = None

    def add(self, grade: Grade) -> None:
        """Count one row."""
        self.rows += 1
        if grade.result is None:
            return
        self._model = self._model or grade.result["model"]
        self._all.add(grade)
        self._questions.setdefault(_question(grade), _Figures()).add(grade)

    @property
    def errors(self) -> int:
        """Rows without a grade."""
        return self.rows - self._all.graded

    @property
    def needs_review(self) -> int:
        """Grades that a teacher should see."""
        return self._all.needs_review

    def document(self, input_sha256: str) -> dict[str, Any]:
        """The figures."""
        return {
            "input_sha256": input_sha256,
            "model": self._model,
            "rows": self.rows,
            "errors": self.errors,
            **self._all.document(),
            "questions": {name: figures.document() for name, figures in self._questions.items()},
        }


class _Figures:
    """Of all rows, or of a question's."""

    def __init__(self) -> None:
        self.graded, self.needs_review, self._credit = 0, 0, 0.0
        self._labels: Counter[str] = Counter()
        self._marks = Marks()

    def add(self, grade: Grade) -> None:
        assert grade.result
        self.graded += 1
        self.needs_review += grade.result["needs_review"]
        self._labels[grade.result["label"]] += 1
        self._credit += grade.credit
        self._marks.add(counted(grade))

    def document(self) -> dict[str, Any]:
        figures: dict[str, Any] = {
            "graded": self.graded,
            "needs_review": self.needs_review,
            "labels": dict(sorted(self._labels.items())),
            "mean_credit": self._credit / self.graded if self.graded else None,
        }
        if self._marks.count:
            figures["agreement"] = {
                "marks": self._marks.count,
                "share": self._marks.share,
                "mean_distance": self._marks.mean_distance,
                "by_confidence": [vars(entry) for entry in self._marks.reliability],
            }
        return figures


def by_question(graded: list[Grade]) -> dict[str, list[Grade]]:
    """Graded rows by question id (by the question itself where it has none), in the order of their first row."""
    groups: dict[str, list[Grade]] = {}
    for grade in graded:
        groups.setdefault(_question(grade), []).append(grade)
    return groups


def _question(grade: Grade) -> str:
    return grade.row.cells["question_id"] or grade.row.cells["question"]
