"""A report's figures as they grow: rows are added, tallies of later rows merged; memory does not grow with rows.

Merging the tallies of consecutive chunks in their order gives the same document, byte for byte, as adding all rows to
one, with one exception: the counts of a question's wrong answers, once it has more than `groups.MOST_GROUPS` different
ones (`lectern.reports.groups` says by how much). Beyond `MOST_QUESTIONS` questions, a sample of them is kept, the same
however the rows are cut; the figures of all answers together stay exact. Discrimination rests on a sample of students
beyond `students.MOST_CELLS` answers.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from lectern.reports.counts import Counts, Question
from lectern.reports.groups import shown
from lectern.reports.row import Row
from lectern.reports.students import Students, fingerprint, read_students

MOST_QUESTIONS = 200
MOST_VERSIONS = 16
FORMAT = 1

_NO_BOUND = "g"


@dataclass
class Tally:
    """Counts of everything, of each question, and credits by student. `milliseconds` is the compute time reported."""

    counts: Counts = field(default_factory=Counts)
    questions: dict[str, Question] = field(default_factory=dict)
    students: Students = field(default_factory=Students)
    versions: dict[str, int] = field(default_factory=dict)
    errors: int = 0
    milliseconds: int = 0
    bound: str = _NO_BOUND
    """Questions are kept whose fingerprint is below it."""

    @property
    def rows(self) -> int:
        """Rows added, those in error too."""
        return self.counts.graded + self.errors

    @property
    def has_all_questions(self) -> bool:
        """Whether no question had to be left out."""
        return self.bound == _NO_BOUND

    def add(self, row: Row) -> None:
        """Count one row."""
        if row.error:
            self.errors += 1
            return
        key = fingerprint(row.question_id or row.question)
        self.counts.add(row)
        self.students.add(row.student_id, key, row.attempt, row.credit)
        self._count_version(row.model_version, 1)
        if key < self.bound:
            if key not in self.questions:
                self.questions[key] = Question(shown(row.question_id or row.question))
            self.questions[key].add(row)
            self._keep()

    def add_milliseconds(self, milliseconds: float) -> None:
        """Count compute time, as billed: whole milliseconds, rounded up."""
        self.milliseconds += -int(-milliseconds // 1)

    def merge(self, other: "Tally") -> None:
        """Count what another tally has counted, whose rows came after this one's."""
        self.counts.merge(other.counts)
        self.students.merge(other.students)
        for version, count in other.versions.items():
            self._count_version(version, count)
        self.errors += other.errors
        self.milliseconds += other.milliseconds
        for key, question in other.questions.items():
            if key in self.questions:
                self.questions[key].merge(question)
            else:
                self.questions[key] = Question.from_document(question.to_document())
        self._lower(min(self.bound, other.bound))
        self._keep()

    def to_document(self) -> dict[str, Any]:
        """Plain values for JSON; equal tallies give equal documents, in one order."""
        return {
            "format": FORMAT,
            "counts": self.counts.to_document(),
            "questions": {key: question.to_document() for key, question in sorted(self.questions.items())},
            "students": self.students.to_document(),
            "versions": dict(sorted(self.versions.items())),
            "errors": self.errors,
            "milliseconds": self.milliseconds,
            "bound": self.bound,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "Tally":
        """The inverse of `to_document`. Raises ValueError for a document of another format."""
        if document.get("format") != FORMAT:
            raise ValueError(f"a tally of format {document.get('format')}; this release reads {FORMAT}")
        return cls(
            counts=Counts.from_document(document["counts"]),
            questions={key: Question.from_document(entry) for key, entry in document["questions"].items()},
            students=read_students(document["students"]),
            versions=dict(document["versions"]),
            **{name: document[name] for name in ("errors", "milliseconds", "bound")},
        )

    def to_bytes(self) -> bytes:
        """The document as JSON, UTF-8."""
        return json.dumps(self.to_document(), ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Tally":
        """The inverse of `to_bytes`. Raises ValueError."""
        return cls.from_document(json.loads(data))

    def _count_version(self, version: str, count: int) -> None:
        known = version in self.versions or len(self.versions) < MOST_VERSIONS
        name = version if known else "others"
        self.versions[name] = self.versions.get(name, 0) + count

    def _keep(self) -> None:
        while len(self.questions) > MOST_QUESTIONS:
            self._lower(max(self.questions))

    def _lower(self, bound: str) -> None:
        self.bound = bound
        for key in [key for key in self.questions if key >= bound]:
            del self.questions[key]
