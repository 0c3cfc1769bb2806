"""What is counted of all answers, and of each question's."""

from dataclasses import dataclass, field
from typing import Any

from lectern.reports.groups import Groups, shown
from lectern.reports.marks import Marks
from lectern.reports.row import LABELS, Row
from lectern.reports.sums import Moments

CREDIT_BINS = 10
WRONG = 0.5
"""An answer with less than this share of the points is a wrong one."""


@dataclass
class Counts:
    """Exact under merging. `bins` are answers per tenth of the points; all of the points fall into the last."""

    review: int = 0
    labels: list[int] = field(default_factory=lambda: [0] * len(LABELS))
    bins: list[int] = field(default_factory=lambda: [0] * CREDIT_BINS)
    credit: Moments = field(default_factory=Moments)
    confidence: Moments = field(default_factory=Moments)
    marks: Marks = field(default_factory=Marks)

    @property
    def graded(self) -> int:
        """Answers with a grade."""
        return self.credit.count

    @property
    def review_share(self) -> float | None:
        """The share of answers that a person is asked to look at."""
        return self.review / self.graded if self.graded else None

    def add(self, row: Row) -> None:
        """Count one graded row."""
        self.review += row.needs_review
        if row.label in LABELS:
            self.labels[LABELS.index(row.label)] += 1
        self.bins[min(CREDIT_BINS - 1, int(row.credit * CREDIT_BINS + 1e-9))] += 1
        self.credit.add(row.credit)
        self.confidence.add(row.confidence)
        self.marks.add(row)

    def merge(self, other: "Counts") -> None:
        """Count what another has counted."""
        self.review += other.review
        self.labels = [a + b for a, b in zip(self.labels, other.labels, strict=True)]
        self.bins = [a + b for a, b in zip(self.bins, other.bins, strict=True)]
        self.credit.merge(other.credit)
        self.confidence.merge(other.confidence)
        self.marks.merge(other.marks)

    def to_document(self) -> dict[str, Any]:
        """Everything, as plain values."""
        nested = {name: getattr(self, name).to_document() for name in ("credit", "confidence", "marks")}
        return {"review": self.review, "labels": self.labels, "bins": self.bins, **nested}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Counts":
        """The inverse of `to_document`."""
        credit, confidence = Moments(*document["credit"]), Moments(*document["confidence"])
        lists = [*document["labels"]], [*document["bins"]]
        return cls(document["review"], *lists, credit, confidence, Marks.from_document(document["marks"]))


@dataclass
class Question:
    """One question: its name and text, cut to what a page shows, its counts, and its wrong answers in groups."""

    name: str
    text: str = ""
    counts: Counts = field(default_factory=Counts)
    wrong: Groups = field(default_factory=Groups)

    def add(self, row: Row) -> None:
        """Count one graded row."""
        self.text = self.text or shown(row.question)
        self.counts.add(row)
        if row.credit < WRONG:
            self.wrong.add(row.answer)

    def merge(self, other: "Question") -> None:
        """Count what another has counted, which came after this one."""
        self.text = self.text or other.text
        self.counts.merge(other.counts)
        self.wrong.merge(other.wrong)

    def to_document(self) -> dict[str, Any]:
        """Everything, as plain values."""
        nested = {"counts": self.counts.to_document(), "wrong": self.wrong.to_document()}
        return {"name": self.name, "text": self.text, **nested}

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Question":
        """The inverse of `to_document`."""
        nested = Counts.from_document(document["counts"]), Groups.from_document(document["wrong"])
        return cls(document["name"], document["text"], *nested)
