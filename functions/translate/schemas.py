"""The contract of POST /v1/translate."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, StringConstraints, model_validator

from lectern.schemas import Request, Response
from lectern.text import clean, visible

Language = Literal["en", "zh"]

MOST_CHARACTERS = 4000

Sentences = Annotated[
    str, StringConstraints(max_length=MOST_CHARACTERS), AfterValidator(clean), AfterValidator(visible)
]


class TranslateRequest(Request):
    """Sentences in one language, to be said in the other. Chinese may be simplified or traditional."""

    text: Sentences
    source: Language
    target: Language

    @model_validator(mode="after")
    def _other(self) -> Self:
        if self.source == self.target:
            raise ValueError("source and target are the same language; there are en to zh and zh to en")
        return self


class TranslateResponse(Response):
    """The translation; Chinese is simplified. `confidence` (0..1) is what the overlap of such translations with a
    person's, chrF, was on average; it is absent where nothing was translated.
    """

    translation: str
    confidence: float | None
