"""A body of the protocol: JSON, and behind it the bytes of tensors whose sizes it gives (the binary extension)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lectern.errors import FieldError, InvalidRequest, UnsupportedMediaType
from lectern.protocol.documents import InferRequest, InferResponse, RequestInput, ResponseOutput
from lectern.protocol.tensors import Tensor, from_bytes, from_json, to_bytes, to_json
from lectern.validation import validate

HEADER = "Inference-Header-Content-Length"
"""How many bytes of the body are JSON, where others follow."""

SIZE, BINARY, ALL_BINARY = "binary_data_size", "binary_data", "binary_data_output"


class Written(NamedTuple):
    """A response's body; `json_size` says how much of it is JSON, where bytes follow."""

    content: bytes
    json_size: int | None


def read(body: bytes, headers: Mapping[str, str]) -> tuple[InferRequest, dict[str, Tensor]]:
    """The request and its tensors by name. Raises InvalidRequest or UnsupportedMediaType."""
    if headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("The body must not be compressed.")
    said = headers.get(HEADER.lower())
    size = len(body) if said is None else _size(said, len(body))
    request = validate(InferRequest, body[:size])
    return request, _tensors(request.inputs, None if said is None else body[size:])


def write(
    request: InferRequest | None, model: str, version: str, tensors: Sequence[Tensor], call_id: str | None = None
) -> Written:
    """The response, its tensors as JSON or as bytes as the request wants them."""
    parts = {tensor.name: to_bytes(tensor) for tensor in tensors if _wants_bytes(request, tensor.name)}
    outputs = [_output(tensor, parts.get(tensor.name)) for tensor in tensors]
    response = InferResponse(model_name=model, model_version=version, id=call_id, outputs=outputs)
    content = response.model_dump_json(exclude_none=True).encode()
    return Written(content + b"".join(parts.values()), len(content) if parts else None)


def _size(said: str, most: int) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 10 and int(said) <= most):
        raise InvalidRequest(f"{HEADER} must be a number of bytes; the body has {most}.")
    return int(said)


def _tensors(inputs: Sequence[RequestInput], rest: bytes | None) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    for number, given in enumerate(inputs):
        try:
            found[given.name], rest = _tensor(given, rest)
        except InvalidRequest as error:
            fault = FieldError(("inputs", number), error.detail)
            raise InvalidRequest("A tensor can't be read.", (fault,)) from None
    if len(found) < len(inputs):
        raise InvalidRequest("Two inputs have the same name.")
    if rest:
        raise InvalidRequest(f"The body has {len(rest)} bytes more than its inputs say.")
    return found


def _tensor(given: RequestInput, rest: bytes | None) -> tuple[Tensor, bytes | None]:
    size = given.parameters.get(SIZE)
    if size is None:
        if given.data is None:
            raise InvalidRequest(f"It has neither data nor the parameter {SIZE}.")
        return from_json(given.name, given.datatype, given.shape, given.data), rest
    if given.data is not None:
        raise InvalidRequest(f"It has both data and the parameter {SIZE}.")
    if type(size) is not int or size < 0:
        raise InvalidRequest(f"The parameter {SIZE} must be a number of bytes.")
    if rest is None:
        raise InvalidRequest(f"It has the parameter {SIZE}, but the header {HEADER} does not say where bytes begin.")
    if size > len(rest):
        raise InvalidRequest(f"{SIZE} is {size}; the body ends after {len(rest)} bytes.")
    return from_bytes(given.name, given.datatype, given.shape, rest[:size]), rest[size:]


def _wants_bytes(request: InferRequest | None, name: str) -> bool:
    if request is None:
        return False
    asked = next((output.parameters.get(BINARY) for output in request.outputs or () if output.name == name), None)
    return bool(request.parameters.get(ALL_BINARY, False) if asked is None else asked)


def _output(tensor: Tensor, data: bytes | None) -> ResponseOutput:
    shown = {"data": to_json(tensor)} if data is None else {"parameters": {SIZE: len(data)}}
    return ResponseOutput.model_validate(
        {"name": tensor.name, "shape": list(tensor.shape), "datatype": tensor.datatype, **shown}
    )
