"""The contract of POST /v1/summarize."""

from pydantic import Field

from lectern.schemas import Passage, Request, Response
from lectern.text import VisibleText

MOST_CHOSEN = 50


class SummarizeRequest(Request):
    """An English text, and how many of its sentences make the summary."""

    text: VisibleText
    sentences: int = Field(default=3, ge=1, le=MOST_CHOSEN)


class ChosenSentence(Passage):
    """A sentence of the summary, where it stands in the text, and as which of its sentences (from 0)."""

    text: str
    position: int
    weight: float = Field(description="The scorer's share for it; those of all sentences of the text sum to 1.")


class SummarizeResponse(Response):
    """The chosen sentences in the order of the text, and `summary`, which is them with spaces between."""

    summary: str
    sentences: list[ChosenSentence]
