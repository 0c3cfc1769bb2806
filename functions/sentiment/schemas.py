"""The contract of POST /v1/sentiment."""

from typing import Literal

from lectern.labels import LabelResponse
from lectern.schemas import ExplainableRequest
from lectern.text import VisibleText

Label = Literal["negative", "positive"]


class SentimentRequest(ExplainableRequest):
    """What somebody says of a course."""

    text: VisibleText


class SentimentResponse(LabelResponse):
    """Whether it is said gladly. A text that is neither comes with little confidence."""

    label: Label
