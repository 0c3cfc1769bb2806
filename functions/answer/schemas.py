"""The contract of POST /v1/answer."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from lectern.schemas import ExplainableRequest, PhraseEffect
from lectern.text import visible
from lectern.tiered import TieredRequest, TieredResponse

MOST_QUESTION, MOST_CONTEXT = 2_000, 50_000
"""Characters; a chapter of a book is a context."""

Question = Annotated[str, StringConstraints(max_length=MOST_QUESTION), AfterValidator(visible)]
Context = Annotated[str, StringConstraints(max_length=MOST_CONTEXT), AfterValidator(visible)]
"""Text as it was given, control characters and all, so that an answer's place is a place in it."""


class AnswerRequest(ExplainableRequest, TieredRequest):
    """A question, and the text that its answer is taken from."""

    question: Question
    context: Context


class Explanation(BaseModel):
    """What the answer rests on: an `effect` is what the confidence in it loses without the phrase, all of it where the
    answer would be another one. The largest comes first.
    """

    question: list[PhraseEffect]
    context: list[PhraseEffect] = Field(description="Around the answer; of the whole text, where there is none.")


class AnswerResponse(TieredResponse):
    """The answer as it stands in the context, from code point `start` to before `end`; null where it has none."""

    answer: str | None
    start: int | None
    end: int | None
    confidence: float = Field(description="The chance that this answer, or that there is none, is right.")
    explanation: Explanation | None = None
