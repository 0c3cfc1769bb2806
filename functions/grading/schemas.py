"""The contract of POST /v1/grade."""

from typing import Annotated, Literal

from lectern.task import Request, Response
from lectern.text import Text, VisibleText
from pydantic import Field, StringConstraints

Label = Literal["correct", "contradictory", "incorrect"]

MOST_CHARACTERS = 20_000
MOST_REFERENCES = 20

_Limited = StringConstraints(max_length=MOST_CHARACTERS)


class GradeRequest(Request):
    """A student's answer to a question, and what a right answer says."""

    question: Annotated[VisibleText, _Limited]
    references: list[Annotated[VisibleText, _Limited]] = Field(
        min_length=1, max_length=MOST_REFERENCES, description="Right answers; the one that fits best counts."
    )
    answer: Annotated[Text, _Limited]
    max_score: float = Field(default=1.0, gt=0, le=1_000_000, allow_inf_nan=False)
    step: float = Field(default=0.01, gt=0, allow_inf_nan=False, description="Scores are multiples of this.")
    question_id: str | None = Field(default=None, min_length=1, max_length=200)
    error_budget: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of wrong grades that may pass without review; 0.05 if not said.",
    )


class GradeResponse(Response):
    """The grade. `confidence` is the calibrated probability that the label is right."""

    label: Label
    probabilities: dict[Label, float]
    score: float
    confidence: float
    needs_review: bool
