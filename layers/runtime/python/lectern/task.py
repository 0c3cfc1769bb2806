"""What a function's folder contributes to the pipeline: a few pure functions and two schemas."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from tokenizers import Tokenizer

from lectern.manifest import Manifest
from lectern.model import Encoding
from lectern.packs.features import Embed, Features
from lectern.packs.pack import QuestionPack
from lectern.probe import Probe

Rows = Sequence[Encoding]
Logits = Sequence[NDArray[np.float32]]


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


@dataclass(frozen=True)
class Adaptation:
    """How a question's pack changes an answer: `observe` gives what the pack's head sees of it (request, rows, logits,
    manifest, sentence embeddings), `adapt` turns the response's fields into those that the head stands for.
    """

    observe: Callable[[Any, Rows, Logits, Manifest, Embed], Features]
    adapt: Callable[[Any, dict[str, Any], QuestionPack, Features], dict[str, Any]]


@dataclass(frozen=True)
class Task:
    """One function of the product.

    `encode` turns a request into rows of tokens (none, where no model is needed) within the manifest's limits;
    `postprocess` turns the rows' logits into the response's fields, without model and request_id (what the schema lacks
    stays with `explain`); after the manifest it is given the bytes of the release's `files`, in their order.
    `adaptation` is there where questions can have packs; `explain`, where there is one, turns a request and its fields
    into the field `explanation`, asking the model through a probe. `heavy` is the model that an endpoint serves for
    this task; a request of a task that has one says by its `tier` who shall answer.
    """

    name: str
    model: str
    route: str
    request: type[Request]
    response: type[Response]
    encode: Callable[[Any, Tokenizer, Manifest], list[Encoding]]
    postprocess: Callable[..., dict[str, Any]]
    adaptation: Adaptation | None = None
    explain: Callable[[Any, dict[str, Any], Probe], BaseModel] | None = None
    files: tuple[str, ...] = ()
    heavy: str = ""
