"""What a function's folder contributes to the pipeline: two pure functions and two schemas."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from tokenizers import Tokenizer

from lectern.manifest import Manifest
from lectern.model import Encoding


class Request(BaseModel):
    """Fields that every route takes. Types are not coerced and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    version: str | None = Field(
        default=None, pattern=r"^[0-9A-Za-z.+-]{1,64}$", description="Answer with this version of the model."
    )


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


@dataclass(frozen=True)
class Task:
    """One function of the product.

    `encode` turns a request into rows of tokens (none, where no model is needed) within the manifest's limits;
    `postprocess` turns the rows' logits into the response's fields, without model and request_id; after the manifest it
    is given the bytes of the release's `files`, in their order.
    """

    name: str
    model: str
    route: str
    request: type[Request]
    response: type[Response]
    encode: Callable[[Any, Tokenizer, Manifest], list[Encoding]]
    postprocess: Callable[..., dict[str, Any]]
    files: tuple[str, ...] = ()
