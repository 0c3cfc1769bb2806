"""Whether an ONNX file refers to other files.

A release is exactly the bytes that its manifest pins, so a model may not bring in more from the disk. onnx is not in
the functions' layer; this walks the protobuf wire format (https://protobuf.dev/programming-guides/encoding) along the
fields of onnx.proto that lead to tensors, and skips their contents.
"""

from collections.abc import Iterator

_TENSOR = {13: None, 14: None}
_SPARSE = {1: _TENSOR, 2: _TENSOR}
_GRAPH: dict[int, dict | None] = {}  # type: ignore[type-arg]
_ATTRIBUTE = {5: _TENSOR, 6: _GRAPH, 10: _TENSOR, 11: _GRAPH, 22: _SPARSE, 23: _SPARSE}
_NODE = {5: _ATTRIBUTE}
_GRAPH.update({1: _NODE, 5: _TENSOR, 15: _SPARSE})
_FUNCTION = {7: _NODE, 11: _ATTRIBUTE}
_MODEL = {7: _GRAPH, 25: _FUNCTION}
"""Field number → message type: ModelProto.graph and .functions, and so on down; None: TensorProto's external_data and
data_location, which an embedded tensor does not set (or sets to 0)."""


EXTERNAL = b"location"
"""The key of the entry that names a tensor's file; onnxruntime reads no file without it."""


def has_external_data(model: bytes) -> bool:
    """Whether any tensor of the serialised ModelProto lies outside it.

    A model in which the key's letters stand nowhere has none; to walk through a large ensemble of trees takes 50 ms.

    Raises:
        ValueError: the letters are there, but the bytes are no protobuf message.
    """
    if EXTERNAL not in model:
        return False
    return _found(memoryview(model), _MODEL)


def _found(message: memoryview, fields: dict) -> bool:  # type: ignore[type-arg]
    for number, value in _fields(message):
        if number not in fields:
            continue
        inner = fields[number]
        if inner is None:
            if value:
                return True
        elif isinstance(value, memoryview) and _found(value, inner):
            return True
    return False


def _fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        value: int | memoryview
        match tag & 7:
            case 0:
                value, at = _varint(message, at)
            case 1:
                value, at = message[at : at + 8], at + 8
            case 2:
                size, at = _varint(message, at)
                value, at = message[at : at + size], at + size
            case 5:
                value, at = message[at : at + 4], at + 4
            case wire_type:
                raise ValueError(f"not a protobuf message: wire type {wire_type}")
        if at > len(message):
            raise ValueError("not a protobuf message: it ends inside a field")
        yield tag >> 3, value


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at
    raise ValueError("not a protobuf message: a number does not end")
