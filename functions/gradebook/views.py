"""What the gradebook's routes answer."""

from pydantic import BaseModel, Field

from lectern.gradebook.adapting import Decisions
from lectern.gradebook.agreement import Agreement
from lectern.gradebook.documents import Class, Comment, Decision, Event, Label, Model, Question
from lectern.gradebook.documents import Status as GradeStatus
from lectern.gradebook.imports import Import
from lectern.gradebook.regrading import Effect, RegradeRequest, State


class ClassView(Class):
    """A class."""

    class_id: str


class ClassList(BaseModel):
    """Classes by id; `cursor` asks for the next page."""

    classes: list[ClassView]
    cursor: str | None


class QuestionView(Question):
    """A question of the bank."""

    question_id: str


class QuestionList(BaseModel):
    """Questions by id; `cursor` asks for the next page."""

    questions: list[QuestionView]
    cursor: str | None


class Removed(BaseModel):
    """The id of what is no longer there."""

    removed: str


class GradeView(BaseModel):
    """A grade. `score` counts: the teacher's, where there is a `decision`, else the grader's `machine_score`."""

    grade_id: str
    revision: int
    class_id: str
    question_id: str
    student_id: str
    attempt: int
    status: GradeStatus
    score: float
    max_score: float
    step: float | None
    question: str
    references: list[str]
    answer: str
    label: Label
    machine_score: float
    confidence: float
    needs_review: bool
    probabilities: dict[Label, float]
    warnings: list[str]
    graded_by: Model
    decision: Decision | None
    comments: list[Comment]
    event: Event
    job_id: str


class GradeList(BaseModel):
    """Grades by question, student and attempt; `cursor` asks for the next page."""

    grades: list[GradeView]
    cursor: str | None


class History(BaseModel):
    """Revisions of a grade, the first one first; `cursor` asks for the next page."""

    revisions: list[GradeView]
    cursor: str | None


class DecidedGrade(BaseModel):
    """A grade after the decision."""

    grade_id: str
    revision: int
    status: GradeStatus
    score: float


class Decided(BaseModel):
    """What was decided; `conflicts` names the grades that somebody else changed first, which were left."""

    decided: list[DecidedGrade]
    conflicts: list[str]


class Waiting(BaseModel):
    """A grade of a group."""

    grade_id: str
    revision: int
    student_id: str
    attempt: int
    score: float
    confidence: float
    warnings: list[str]
    sampled: bool


class GroupView(BaseModel):
    """Grades that one decision can settle; `wordings` are the different answers, the commonest first."""

    group_id: str
    value: float
    question_id: str
    question: str
    references: list[str]
    max_score: float
    step: float | None
    label: Label
    wordings: list[str]
    grades: list[Waiting]


class ReviewList(BaseModel):
    """The most valuable groups; what is decided leaves the queue. `waiting` and `grades` count all that wait."""

    groups: list[GroupView]
    waiting: int
    grades: int
    cursor: str | None


class AgreementView(Agreement):
    """The agreement of a class."""


class DecisionsView(Decisions):
    """A question's decisions: without `left_out` and `request_id` it is what PUT /v1/questions/{id}/pack takes."""


class ChangeView(BaseModel):
    """A grade before and after; each score is on the scale beside it."""

    grade_id: str
    student_id: str
    question_id: str
    attempt: int
    effect: Effect
    before: float
    max_score: float
    after: float | None
    new_max_score: float
    stands: bool
    problem: str


class RegradeView(BaseModel):
    """A regrade and a page of its changes. While `state` is previewing or applying, the same request goes on.

    `left` counts grades that somebody changed while it was applied.
    """

    regrade_id: str
    state: State
    request: RegradeRequest
    by: str
    at: str
    done: int
    gains: int
    loses: int
    unchanged: int
    failed: int
    left: int
    changes: list[ChangeView] = Field(default_factory=list)
    cursor: str | None = None


class ImportView(Import):
    """An import. While `state` is importing, the same request goes on."""
