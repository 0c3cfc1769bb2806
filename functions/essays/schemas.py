"""The contract of POST /v1/essays/score."""

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lectern.schemas import ExplainableRequest, PhraseEffect, Response
from lectern.text import VisibleText, clean

MOST_CHARACTERS = 100_000
"""About thirty pages."""

EssayText = Annotated[str, StringConstraints(max_length=MOST_CHARACTERS), AfterValidator(clean)]


class Scale(BaseModel):
    """The scores that an essay can get: from `min` to `max` in steps."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    min: float = Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)
    max: float = Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)
    step: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="Scores are min and multiples of this above it; by default 1 where min and max are whole numbers "
        "at least 2 apart, else a hundredth of the range.",
    )

    @model_validator(mode="after")
    def _is_a_scale(self) -> Self:
        if not self.max - self.min >= 1e-6:
            raise ValueError("min must be below max")
        if self.step is not None and not self.range / 10_000 <= self.step <= self.range:
            raise ValueError("step must be between a ten-thousandth of the range and the range")
        return self

    @property
    def range(self) -> float:
        """From the lowest score to the highest."""
        return self.max - self.min

    @property
    def spacing(self) -> float:
        """From one score to the next."""
        if self.step is not None:
            return self.step
        whole = self.min.is_integer() and self.max.is_integer() and self.range >= 2
        return 1.0 if whole else self.range / 100

    @property
    def tolerance(self) -> float:
        """How far two careful readers may be apart without a third being asked: a step, or a tenth of the range."""
        return max(self.spacing, self.range / 10)


class EssayRequest(ExplainableRequest):
    """An essay and the scale to score it on."""

    essay: EssayText
    scale: Scale
    prompt: VisibleText | None = Field(
        default=None,
        description="What the essay was to be about, or the name of a prompt that the model knows (asap-aes/1 to 8). "
        "Without it a known prompt is recognised from the essay.",
    )
    error_budget: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The share of scores further than the tolerance from a reader's that may pass without review; "
        "0.05 if not said.",
    )


class Trait(BaseModel):
    """One aspect of the writing on its rubric's own scale."""

    score: float
    min: float
    max: float


class Explanation(BaseModel):
    """What moved the score: the essay in ten passages at most, which end where sentences do unless these are long.

    An `effect` is how many points of the scale the score, before it is cut to the scale and rounded, loses without the
    passage. The largest comes first. Empty for a blank essay.
    """

    essay: list[PhraseEffect]


class EssayResponse(Response):
    """The score. `confidence` is the calibrated probability that a reader's score is within `tolerance` of it."""

    score: float
    confidence: float
    tolerance: float = Field(
        description="In points of the scale: one step, or a tenth of the range where that is more."
    )
    needs_review: bool
    traits: dict[str, Trait] = Field(description="Where the essay's prompt is known and its readers scored traits.")
    known_prompt: str | None = Field(description="The prompt of the training data whose scores this one follows.")
    explanation: Explanation | None = None
