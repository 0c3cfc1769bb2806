"""What a teacher does to a grade: approve it, override it, comment on it."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from lectern.errors import FieldError, InvalidRequest
from lectern.gradebook.documents import MOST_COMMENTS, Comment, Decision, Event, Grade, Label, Points, Remark
from lectern.gradebook.grading import on_scale
from lectern.gradebook.keys import Place
from lectern.manifest import Document

Kind = Literal["approved", "overridden", "commented"]


class Choice(NamedTuple):
    """A grade as a teacher saw it."""

    place: Place
    revision: int


class Ruling(Document):
    """What a teacher says of one grade or of several alike. An override has points and a reason, a comment its text.

    Approving takes the grader's points, also where they were overridden before.
    """

    kind: Kind
    score: Points | None = None
    label: Label | None = None
    reason: Remark = Field(default="", description="Why; for a comment, the comment.")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.kind == "overridden") != (self.score is not None):
            raise ValueError("score: an override has one, nothing else does")
        if self.label and self.kind != "overridden":
            raise ValueError("label: only an override has one")
        if self.kind != "approved" and not self.reason.strip():
            raise ValueError("reason: it can't be blank here")
        return self


class SortedOut(NamedTuple):
    """Grades that have the ruling already, new revisions with it, and places where the teacher's view is old."""

    done: list[Grade]
    ruled: list[Grade]
    late: list[Place]


def sort_out(current: Mapping[Place, Grade], choices: Iterable[Choice], ruling: Ruling, by: str, at: str) -> SortedOut:
    """What a ruling makes of the grades as they are now. Raises InvalidRequest as `ruled`."""
    out = SortedOut([], [], [])
    for place, revision in dict(choices).items():
        grade = current[place]
        if repeats(grade, revision, ruling, by):
            out.done.append(grade)
        elif grade.revision != revision:
            out.late.append(place)
        else:
            out.ruled.append(ruled(grade, ruling, by, at))
    return out


def ruled(grade: Grade, ruling: Ruling, by: str, at: str) -> Grade:
    """The grade's next revision. Raises InvalidRequest for points that the scale lacks, or one comment too many."""
    event = Event(kind=ruling.kind, by=by, at=at, reason=ruling.reason)
    changes: dict[str, object] = {"revision": grade.revision + 1, "event": event}
    if ruling.kind == "commented":
        changes["comments"] = (*grade.comments, Comment(text=ruling.reason, by=by, at=at))
        _refuse(len(grade.comments) >= MOST_COMMENTS, "reason", f"the grade has {MOST_COMMENTS} comments, the limit")
    else:
        score = grade.machine.score if ruling.score is None else ruling.score
        off = ruling.score is not None and not on_scale(score, grade)
        steps = f" in steps of {grade.step:g}" if grade.step else ""
        _refuse(off, "score", f"must be 0 to {grade.max_score:g}{steps}")
        decision = Decision(kind=ruling.kind, score=score, label=ruling.label, by=by, at=at, reason=ruling.reason)
        changes |= {"decision": decision, "status": ruling.kind}
    return grade.model_copy(update=changes)


def repeats(grade: Grade, seen: int, ruling: Ruling, by: str) -> bool:
    """Whether the grade's last revision is this very ruling on what the teacher saw: the request came twice."""
    event, decision = grade.event, grade.decision
    same = (event.kind, event.by, event.reason) == (ruling.kind, by, ruling.reason)
    if ruling.kind == "overridden" and decision:
        same = same and (decision.score, decision.label) == (ruling.score, ruling.label)
    return same and grade.revision == seen + 1


def _refuse(wrong: bool, field: str, message: str) -> None:
    if wrong:
        raise InvalidRequest("The decision can't be accepted.", (FieldError((field,), message),))
