"""The contract of POST /v1/classify."""

from pydantic import BaseModel, Field

from lectern.labels import LabelResponse
from lectern.schemas import ExplainableRequest
from lectern.schemes.request import SchemeName
from lectern.text import VisibleText


class ClassifyRequest(ExplainableRequest):
    """A text, and what it shall be told apart by."""

    text: VisibleText
    scheme: SchemeName = Field(description="question-type, bloom, or one of your own (POST /v1/schemes).")


class SchemeReference(BaseModel):
    """The scheme of one's own that gave the label, and how many examples it was fitted to."""

    name: str
    version: str
    examples: int


class ClassifyResponse(LabelResponse):
    """The label of the text in the scheme."""

    scheme: SchemeReference | None = None
