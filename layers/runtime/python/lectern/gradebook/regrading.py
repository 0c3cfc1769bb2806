"""Grading a grade again: what the grader is asked, and what its answer would change. Pure functions."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from lectern.gradebook.documents import Event, Grade, Id, Question, Remark
from lectern.gradebook.grading import graded
from lectern.gradebook.recording import revised
from lectern.manifest import Document

FIRST = "first"
"""In the place of a version: the one that graded each answer first."""

Effect = Literal["gains", "loses", "unchanged", "failed"]
State = Literal["previewing", "ready", "applying", "applied"]


class RegradeRequest(Document):
    """What is graded again: a class, or a question or a student of it; and how."""

    class_id: Id
    question_id: Id | None = None
    student_id: Id | None = None
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,64}$")] | None = Field(
        default=None, description="A version of the model; `first`: the one that graded first; else the live one."
    )
    bank: bool = Field(default=False, description="Take texts and scale from the question bank as it is now.")
    discard_decisions: bool = Field(default=False, description="Let the grader's points count again.")
    reason: Remark = ""

    @model_validator(mode="after")
    def _says_why(self) -> Self:
        if self.discard_decisions and not self.reason.strip():
            raise ValueError("reason: it can't be blank where teachers' decisions are discarded")
        return self


class Change(Document):
    """A grade before and after. `stands`: a teacher's decision counts as before. `grade` is the revision that would be
    written after `revision`; None where there is nothing to write.
    """

    question_id: str
    student_id: str
    attempt: int
    effect: Effect
    before: float
    after: float | None
    max_score: float
    new_max_score: float
    stands: bool = False
    problem: str = ""
    revision: int
    grade: Grade | None = None


class Regrade(Document):
    """A regrade: `previewing` until all grades are `done`, then `ready`; `applying`, then `applied`."""

    id: str
    request: RegradeRequest
    state: State = "previewing"
    by: str
    at: str
    done: int = 0
    gains: int = 0
    loses: int = 0
    unchanged: int = 0
    failed: int = 0
    cursor: str | None = None
    left: int = 0
    """Grades that somebody changed while it was applied; they were left."""
    revision: int = 1


class Changes(NamedTuple):
    """Changes in order; `cursor` goes on after the last one, None at the end."""

    changes: list[Change]
    cursor: str | None = None


def item_of(grade: Grade, question: Question | None, version: str | None) -> dict[str, Any]:
    """What the grader is asked; `question` is the bank's, where that counts."""
    item: dict[str, Any] = {
        "student_id": grade.student_id,
        "question_id": grade.question_id,
        "question": grade.question,
        "references": list(grade.references),
        "answer": grade.answer,
        "max_score": grade.max_score,
        "step": grade.step,
        "error_budget": grade.error_budget,
        "version": version,
    }
    if question:
        references = list(question.references) or item["references"]
        item |= {"question": question.question, "references": references, "max_score": question.max_score}
        item |= {"step": question.step, "error_budget": question.error_budget or grade.error_budget}
    return {name: value for name, value in item.items() if value is not None}


def change(
    tenant: str, regrade: str, grade: Grade, item: Mapping[str, Any], result: Mapping[str, Any], discard: bool
) -> Change:
    """What the grader's result would change; a result with an error changes nothing."""
    if "error" in result:
        return _change(grade, "failed", None, str(result["error"]["detail"]))
    current = grade.model_copy(update={"decision": None}) if discard else grade
    after = revised(graded(tenant, grade.place, item, result, regrade), current, Event(kind="regraded"))
    same = after.key == grade.key and after.decision == grade.decision
    return _change(grade, "unchanged" if same else _effect(grade, after), None if same else after)


def _change(grade: Grade, effect: Effect, after: Grade | None, problem: str = "") -> Change:
    then = after or grade
    return Change(
        question_id=grade.question_id,
        student_id=grade.student_id,
        attempt=grade.attempt,
        effect=effect,
        before=grade.score,
        after=None if effect == "failed" else then.score,
        max_score=grade.max_score,
        new_max_score=then.max_score,
        stands=then.decision is not None,
        problem=problem,
        revision=grade.revision,
        grade=after,
    )


def _effect(before: Grade, after: Grade) -> Effect:
    """By the share of the points, so that another scale alone is no gain."""
    gain = after.score / after.max_score - before.score / before.max_score
    return "unchanged" if abs(gain) < 1e-9 else "gains" if gain > 0 else "loses"
