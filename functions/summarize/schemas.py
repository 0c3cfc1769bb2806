"""The contract of POST /v1/summarize."""

from typing import Literal

from pydantic import Field

from lectern.schemas import Passage
from lectern.text import VisibleText
from lectern.tiered import TieredRequest, TieredResponse

MOST_CHOSEN = 50


class SummarizeRequest(TieredRequest):
    """An English text, and how many of its sentences make the summary; a written one has at most so many."""

    text: VisibleText
    sentences: int = Field(default=3, ge=1, le=MOST_CHOSEN)
    tier: Literal["fast", "heavy"] = Field(
        default="fast",
        description="fast: sentences of the text. heavy: a summary that the model on the endpoint writes, if it can be "
        "had. The response says which one it is.",
    )


class ChosenSentence(Passage):
    """A sentence of the summary, where it stands in the text, and as which of its sentences (from 0)."""

    text: str
    position: int
    weight: float = Field(description="The scorer's share for it; those of all sentences of the text sum to 1.")


class SummarizeResponse(TieredResponse):
    """The chosen sentences in the order of the text, and `summary`, which is them with spaces between; of a written one
    there are none.
    """

    summary: str
    sentences: list[ChosenSentence]
    written: bool = Field(
        default=False, description="Whether a model wrote it in words of its own, which may say what the text does not."
    )
