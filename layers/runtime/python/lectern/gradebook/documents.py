"""What the gradebook holds: classes, questions, and grades with everything that is needed to make them again."""

import unicodedata
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from lectern.gradebook.keys import MOST_ATTEMPTS, Place
from lectern.manifest import Document
from lectern.text import MOST_CHARACTERS, clean

Label = Literal["correct", "contradictory", "incorrect"]
Status = Literal["confident", "review", "approved", "overridden", "sampled"]
"""`review` and `sampled` wait for a teacher; a sampled one is confident and looked at as a check on the budget."""

MOST_TEXT_BYTES = 250_000
"""Of question, references and answer together; an item of the table holds 400 kB."""

MOST_COMMENTS, LONGEST_COMMENT = 20, 1000
WAITING = ("review", "sampled")
DECIDED = ("approved", "overridden")


def _printable(text: str) -> str:
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in text):
        raise ValueError("holds control characters")
    return text


def _check_size(*texts: str) -> None:
    size = sum(len(text.encode()) for text in texts)
    if size > MOST_TEXT_BYTES:
        raise ValueError(f"the texts together have {size:,} bytes; the limit is {MOST_TEXT_BYTES:,}")


Id = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_printable)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Points = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]
MaxScore = Annotated[float, Field(ge=0.01, le=1_000_000, allow_inf_nan=False)]
Step = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Remark = Annotated[str, StringConstraints(max_length=LONGEST_COMMENT), AfterValidator(clean)]
Long = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS)]


class Class(Document):
    """A class. `approve_confident`: whether grades that need no review count as approved."""

    name: Annotated[str, StringConstraints(max_length=200)] = ""
    error_budget: Share | None = None
    approve_confident: bool = False


class Question(Document):
    """A question of the bank."""

    question: Annotated[Long, StringConstraints(min_length=1)]
    references: Annotated[tuple[Annotated[Long, StringConstraints(min_length=1)], ...], Field(max_length=20)] = ()
    rubric: Long = ""
    max_score: MaxScore = 1.0
    step: Step | None = None
    error_budget: Share | None = None

    @model_validator(mode="after")
    def _step_fits_the_scale(self) -> Self:
        if self.step is not None and not self.max_score / 10_000 <= self.step <= self.max_score:
            raise ValueError("step must be between a ten-thousandth of max_score and max_score")
        return self

    @model_validator(mode="after")
    def _fits_an_item(self) -> Self:
        _check_size(self.question, *self.references, self.rubric)
        return self


class Model(Document):
    """The release that graded, and the question's pack if there was one."""

    name: str
    version: str
    digest: str
    pack: str = ""


class Machine(Document):
    """What the grader says."""

    label: Label
    score: Points
    confidence: Share
    needs_review: bool
    probabilities: dict[Label, Number] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    model: Model


class Decision(Document):
    """What a teacher says, in points of the grade's own scale; `label` where the teacher gave one."""

    kind: Literal["approved", "overridden"]
    score: Points
    label: Label | None = None
    by: str
    at: str
    reason: Remark = ""


class Comment(Document):
    """A remark on a grade."""

    text: Remark
    by: str
    at: str


class Event(Document):
    """Why there is this revision."""

    kind: Literal["graded", "approved", "overridden", "commented", "regraded"]
    by: str = ""
    at: str = ""
    reason: Remark = ""


class Grade(Document):
    """A grade as it is, whole: nothing else is needed to show it, judge it or make it again.

    `row` is its place in the job's file: of two rows for the same place, the later one counts. `jobs` knows again what
    was recorded here. Revision, event and status are the gradebook's to give.
    """

    class_id: Id
    question_id: Id
    student_id: Id
    attempt: Annotated[int, Field(ge=0, le=MOST_ATTEMPTS)] = 1
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    job_id: str
    row: Annotated[int, Field(ge=0)] = 0
    question: str
    references: tuple[str, ...]
    answer: str
    max_score: MaxScore
    step: Step | None = None
    error_budget: Share | None = None
    machine: Machine
    status: Status = "review"
    decision: Decision | None = None
    comments: tuple[Comment, ...] = ()
    revision: int = 0
    event: Event = Event(kind="graded")
    jobs: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_an_item(self) -> Self:
        _check_size(self.question, *self.references, self.answer)
        return self

    @property
    def place(self) -> Place:
        """Where it belongs."""
        return Place(self.class_id, self.question_id, self.student_id, self.attempt)

    @property
    def score(self) -> float:
        """The points that count: the teacher's, else the grader's."""
        return self.decision.score if self.decision else self.machine.score

    @property
    def sampled(self) -> bool:
        """Whether this confident grade is one of those that a teacher checks: every hundredth, by its digest."""
        return not self.machine.needs_review and int(self.key[:12], 16) % 100 == 0

    def counts(self, approve_confident: bool) -> bool:
        """Whether it is settled: a teacher decided, or the class lets confident grades pass."""
        return self.status in DECIDED or (approve_confident and self.status in ("confident", "sampled"))
