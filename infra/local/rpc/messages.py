"""Between the protocol's messages and the tensors that every entrance has in common."""

from typing import Any

from infra.local.rpc.schema import message
from lectern.errors import InvalidRequest
from lectern.protocol.documents import MOST_TENSORS, RequestInput
from lectern.protocol.infer import Inference, Inferred
from lectern.protocol.tensors import Tensor, from_bytes, from_json, from_texts, to_bytes, to_json
from lectern.validation import validate

_CONTENTS = {"INT32": "int_contents", "INT64": "int64_contents", "FP32": "fp32_contents", "BYTES": "bytes_contents"}


def asked(request: Any) -> Inference:
    """What a ModelInferRequest asks. Raises InvalidRequest."""
    raw = request.raw_input_contents
    if not 1 <= len(request.inputs) <= MOST_TENSORS:
        raise InvalidRequest(f"There must be 1 to {MOST_TENSORS} inputs; there are {len(request.inputs)}.")
    if raw and len(raw) != len(request.inputs):
        raise InvalidRequest(f"There are {len(request.inputs)} inputs, but the bytes of {len(raw)}.")
    found = [_tensor(given, raw[number] if raw else None) for number, given in enumerate(request.inputs)]
    tensors = {tensor.name: tensor for tensor in found}
    if len(tensors) < len(found):
        raise InvalidRequest("Two inputs have the same name.")
    outputs = [output.name for output in request.outputs]
    return Inference(request.model_name, request.model_version or None, tensors, outputs)


def answered(request: Any, found: Inferred) -> Any:
    """The ModelInferResponse, written as the request was: as bytes, or as values."""
    response = message("ModelInferResponse")(model_name=found.model, model_version=found.version, id=request.id)
    for tensor in found.tensors:
        output = response.outputs.add(name=tensor.name, datatype=tensor.datatype, shape=tensor.shape)
        if request.raw_input_contents:
            response.raw_output_contents.append(to_bytes(tensor))
        else:
            values = tensor.texts if tensor.datatype == "BYTES" else to_json(tensor)
            getattr(output.contents, _CONTENTS[tensor.datatype]).extend(values)
    return response


def _tensor(given: Any, raw: bytes | None) -> Tensor:
    fields = {"name": given.name, "datatype": given.datatype, "shape": list(given.shape)}
    said = validate(RequestInput, fields)
    if raw is not None:
        return from_bytes(said.name, said.datatype, said.shape, raw)
    values = list(getattr(given.contents, _CONTENTS[said.datatype]))
    read = from_texts if said.datatype == "BYTES" else from_json
    return read(said.name, said.datatype, said.shape, values)
