"""A request and a response of the protocol as JSON; the data of a tensor may lie in bytes behind it."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Datatype = Literal["BYTES", "FP32", "INT32", "INT64"]
"""Of the protocol's, those that some release takes or gives."""

LONGEST_NAME, LONGEST_ID, MOST_TENSORS, MOST_DIMENSIONS = 100, 200, 16, 4

Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Size = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _Document(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class RequestInput(_Document):
    """A tensor: `data` row by row, nested or flat; or in the bytes behind the JSON, `binary_data_size` of them."""

    name: Name
    shape: list[Size] = Field(min_length=1, max_length=MOST_DIMENSIONS)
    datatype: Datatype
    parameters: dict[str, Any] = {}
    data: list[Any] | None = None


class RequestOutput(_Document):
    """A tensor that shall come back; with the parameter `binary_data` as bytes behind the JSON."""

    name: Name
    parameters: dict[str, Any] = {}


class InferRequest(_Document):
    """Tensors to answer. The parameter `binary_data_output` asks for bytes wherever an output does not say."""

    id: str | None = Field(default=None, max_length=LONGEST_ID, description="Comes back with the response.")
    parameters: dict[str, Any] = {}
    inputs: list[RequestInput] = Field(min_length=1, max_length=MOST_TENSORS)
    outputs: list[RequestOutput] | None = Field(default=None, max_length=MOST_TENSORS)


class ResponseOutput(BaseModel):
    """A tensor; without `data` where it lies in bytes behind the JSON."""

    name: str
    shape: list[int]
    datatype: Datatype
    parameters: dict[str, Any] | None = None
    data: list[Any] | None = None


class InferResponse(BaseModel):
    """The answer, by this version of this model."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[ResponseOutput]


class InferError(BaseModel):
    """What went wrong, in a sentence."""

    error: str
