"""The contract of the gradebook's routes: what they take. What they answer is in views.py."""

from datetime import date
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from lectern.gradebook.deciding import Kind
from lectern.gradebook.documents import Class, Id, Label, Points, Question, Remark
from lectern.gradebook.regrading import RegradeRequest
from lectern.schemas import Request

STRICT = ConfigDict(strict=True)
MOST_DECIDED = 500
MOST_INLINE = 1_000_000
"""Characters of a file in a request; a longer one is uploaded."""

FormatName = Literal["canvas", "moodle", "oneroster", "jsonl"]


class ClassRequest(Class):
    """A class's settings; what is left out goes back to its default."""

    model_config = STRICT


class QuestionRequest(Question):
    """A question of the bank; what is left out goes back to its default."""

    model_config = STRICT


class ApproveRequest(BaseModel):
    """The grader is right. `revision` is that of the grade as the teacher saw it."""

    model_config = Request.model_config

    revision: int = Field(ge=1)
    reason: Remark = ""


class OverrideRequest(ApproveRequest):
    """Other points, and why."""

    score: Points
    label: Label | None = None
    reason: Remark = Field(min_length=1)


class CommentRequest(BaseModel):
    """A remark on a grade."""

    model_config = Request.model_config

    revision: int = Field(ge=1)
    text: Remark = Field(min_length=1)


class Chosen(BaseModel):
    """A grade in the revision that the teacher saw."""

    model_config = Request.model_config

    grade_id: str = Field(max_length=8000)
    revision: int = Field(ge=1)


class ChosenGroup(BaseModel):
    """A group of the review queue, asked for with the same class and question as the queue was."""

    model_config = Request.model_config

    group_id: str = Field(max_length=64)
    class_id: Id
    question_id: Id | None = None


class DecideRequest(BaseModel):
    """One ruling on several grades, or on a group."""

    model_config = Request.model_config

    kind: Kind
    score: Points | None = None
    label: Label | None = None
    reason: Remark = ""
    grades: list[Chosen] = Field(default_factory=list, max_length=MOST_DECIDED)
    group: ChosenGroup | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if bool(self.grades) == bool(self.group):
            raise ValueError("give either grades or a group")
        return self


class RegradeBody(RegradeRequest):
    """What to grade again, and how."""

    model_config = STRICT


class RosterRequest(BaseModel):
    """Where line items belong in the school's information system: its sourcedIds, and dates."""

    model_config = Request.model_config

    school: Id
    session: Id
    category: Id
    assigned: date
    due: date


class ExportRequest(BaseModel):
    """A class's grades in a format; only settled ones, unless `everything`."""

    model_config = Request.model_config

    class_id: Id
    format: FormatName
    question_id: Id | None = None
    everything: bool = False
    identifier: str | None = Field(default=None, max_length=100, description="The column that names students.")
    roster: RosterRequest | None = None


class ImportRequest(BaseModel):
    """A file of marks: its text, or the key of an upload. `class_id`: the class of all; left out, the file says it."""

    model_config = Request.model_config

    format: FormatName
    class_id: Id | None = None
    identifier: str | None = Field(default=None, max_length=100, description="The column that names students.")
    content: str | None = Field(default=None, max_length=MOST_INLINE)
    key: str | None = Field(default=None, min_length=1, max_length=1000)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.content is None) == (self.key is None):
            raise ValueError("give either content or key")
        return self
