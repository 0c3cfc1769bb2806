"""What the requests and the responses of all routes share."""

from pydantic import BaseModel, ConfigDict, Field


class Request(BaseModel):
    """Fields that every route takes. Types are not coerced and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: str | None = Field(
        default=None, pattern=r"^[0-9A-Za-z.+-]{1,64}$", description="Answer with this version of the model."
    )


class ExplainableRequest(Request):
    """A request of a route that can say what moved its answer."""

    explain: bool = Field(default=False, description="Say what moved the answer; takes up to twelve times as long.")


class ModelReference(BaseModel):
    """The release that answered."""

    name: str
    version: str
    digest: str = Field(description="SHA-256 of the release's manifest.")


class Response(BaseModel):
    """Fields that every answer has."""

    model: ModelReference
    request_id: str
    warnings: list[str] = Field(default_factory=list)


class Passage(BaseModel):
    """A part of a text of the request: from `start` to before `end`, in Unicode code points without control ones."""

    start: int
    end: int


class PhraseEffect(Passage):
    """A phrase, and what the outcome loses without it: probability of a label, or points of a score."""

    effect: float
