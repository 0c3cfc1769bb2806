"""The contract of POST /v1/grade."""

import math
from typing import Literal, Self, get_args

from pydantic import BaseModel, Field, model_validator

from lectern.schemas import ExplainableRequest, Passage, PhraseEffect
from lectern.text import Text, VisibleText
from lectern.tiered import TieredRequest, TieredResponse

Label = Literal["correct", "contradictory", "incorrect"]

LABELS: tuple[Label, ...] = get_args(Label)

MOST_REFERENCES = 20


class GradeRequest(ExplainableRequest, TieredRequest):
    """A student's answer to a question, and what a right answer says."""

    question: VisibleText
    references: list[VisibleText] = Field(
        min_length=1,
        max_length=MOST_REFERENCES,
        description="Right answers; the one that is nearest to the answer counts.",
    )
    answer: Text
    max_score: float = Field(default=1.0, ge=0.01, le=1_000_000, allow_inf_nan=False)
    step: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="Scores are multiples of this: at most max_score, at least a ten-thousandth of it; by default 1 %.",
    )
    question_id: str | None = Field(default=None, min_length=1, max_length=200)
    error_budget: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of wrong grades that may pass without review; 0.05 if not said.",
    )

    @model_validator(mode="after")
    def _step_fits_the_scale(self) -> Self:
        if self.step is not None and not self.max_score / 10_000 <= self.step <= self.max_score:
            raise ValueError("step must be between a ten-thousandth of max_score and max_score")
        return self

    def score_of(self, credit: float, step: float | None = None) -> float:
        """A credit of 0..1 on the question's scale: the nearest multiple of the step that max_score holds.

        `step` is the one to take where the request names none; 1 % without either.
        """
        size = self.step or step or self.max_score / 100
        most = math.floor(self.max_score / size + 1e-9)
        return round(min(most, round(credit * self.max_score / size)) * size, 9)


class PackReference(BaseModel):
    """The question pack that made the grade, and how many of the teacher's grades it was fitted to."""

    version: str
    grades: int


class ReferencePhrase(Passage):
    """A phrase of a reference, and how nearly the answer says it (cosine of the encoder's vectors, -1..1)."""

    reference: int = Field(description="Which of the references, from 0.")
    covered: bool
    similarity: float


class Explanation(BaseModel):
    """What the answer covers of the reference that it is nearest to, and what moved the grade.

    An `effect` is what the label's probability loses without the phrase: above 0 the phrase speaks for the label, below
    0 against it. The phrases of `answer` come with the largest effect first, those of `reference` in their order. Both
    are empty for a blank answer, and `reference` for a release without an encoder.
    """

    answer: list[PhraseEffect]
    reference: list[ReferencePhrase]


class GradeResponse(TieredResponse):
    """The grade. `confidence` is the calibrated probability that the label is right.

    With a question pack it is the probability that the score is what the teacher would give, within half a step or, on
    a scale of more than five steps, a tenth of max_score.
    """

    label: Label
    probabilities: dict[Label, float]
    score: float
    confidence: float
    needs_review: bool
    pack: PackReference | None = None
    explanation: Explanation | None = None
