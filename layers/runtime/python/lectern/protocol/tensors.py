"""Tensors as they are written: JSON numbers and strings, or bytes in the order of little-endian machines."""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lectern.errors import InvalidRequest
from lectern.protocol.documents import Datatype

MOST_VALUES = 1_000_000

_NUMBERS: dict[str, tuple[np.dtype[Any], tuple[type, ...]]] = {
    "INT32": (np.dtype("<i4"), (int,)),
    "INT64": (np.dtype("<i8"), (int,)),
    "FP32": (np.dtype("<f4"), (int, float)),
}
"""A datatype's layout, and which numbers of JSON it takes."""

_MOST = float(np.finfo(np.float32).max)

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Tensor:
    """`values` has the tensor's shape; where the datatype is BYTES, it is the elements row by row."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...]
    values: NDArray[Any] | list[bytes]

    @property
    def numbers(self) -> NDArray[Any]:
        """The values of a tensor of numbers."""
        assert isinstance(self.values, np.ndarray)
        return self.values

    @property
    def texts(self) -> list[bytes]:
        """The values of one of BYTES."""
        assert isinstance(self.values, list)
        return self.values


def number_tensor(name: str, values: NDArray[np.float32]) -> Tensor:
    """A tensor to answer with."""
    return Tensor(name, "FP32", values.shape, values.astype("<f4", copy=False))


def text_tensor(name: str, values: Sequence[str]) -> Tensor:
    """The same of texts."""
    return Tensor(name, "BYTES", (len(values),), [value.encode() for value in values])


def from_json(name: str, datatype: Datatype, shape: Sequence[int], data: list[Any]) -> Tensor:
    """A tensor by its JSON, nested or flat. Raises InvalidRequest for values that shape and datatype do not allow."""
    _count(shape)
    flat = list(_flat(data, shape))
    if datatype == "BYTES":
        if not all(type(value) is str for value in flat):
            raise InvalidRequest("Data of the datatype BYTES must be strings.")
        return Tensor(name, datatype, tuple(shape), [_encoded(value) for value in flat])
    layout, kinds = _NUMBERS[datatype]
    if not all(type(value) in kinds for value in flat):
        raise InvalidRequest(f"Data of the datatype {datatype} must be such numbers.")
    return Tensor(name, datatype, tuple(shape), _array(flat, layout).reshape(shape))


def from_texts(name: str, datatype: Datatype, shape: Sequence[int], data: list[bytes]) -> Tensor:
    """A tensor of BYTES. Raises InvalidRequest where the shape asks for another number."""
    _check_count(len(data), _count(shape))
    return Tensor(name, datatype, tuple(shape), data)


def from_bytes(name: str, datatype: Datatype, shape: Sequence[int], data: bytes) -> Tensor:
    """A tensor by its bytes. Raises InvalidRequest where their number is not what shape and datatype say."""
    count = _count(shape)
    if datatype == "BYTES":
        return from_texts(name, datatype, shape, list(_pieces(data)))
    layout = _NUMBERS[datatype][0]
    if len(data) != count * layout.itemsize:
        raise InvalidRequest(f"The shape asks for {count * layout.itemsize} bytes; there are {len(data)}.")
    return Tensor(name, datatype, tuple(shape), np.frombuffer(data, layout).reshape(shape))


def to_json(tensor: Tensor) -> list[Any]:
    """The values, row by row and flat. Raises InvalidRequest for numbers that JSON has not."""
    if isinstance(tensor.values, list):
        return [value.decode() for value in tensor.values]
    if not np.isfinite(tensor.values).all():
        raise InvalidRequest("The answer is not a number: what was asked is far outside of what the model knows.")
    flat: list[Any] = tensor.values.ravel().tolist()
    return flat


def to_bytes(tensor: Tensor) -> bytes:
    """The values; each of BYTES after its length."""
    if isinstance(tensor.values, list):
        return b"".join(_LENGTH.pack(len(value)) + value for value in tensor.values)
    return tensor.values.tobytes()


def _count(shape: Sequence[int]) -> int:
    count = math.prod(shape)
    if count > MOST_VALUES:
        raise InvalidRequest(f"The tensor has {count:,} values; the limit is {MOST_VALUES:,}.")
    return count


def _check_count(found: int, wanted: int) -> None:
    if found != wanted:
        raise InvalidRequest(f"The shape asks for {wanted} values; there are {found}.")


def _array(flat: list[Any], layout: np.dtype[Any]) -> NDArray[Any]:
    if layout.kind == "i":
        limits = np.iinfo(layout)
        if flat and not limits.min <= min(flat) <= max(flat) <= limits.max:
            raise InvalidRequest(f"A value is no integer of {limits.bits} bits.")
    elif any(abs(value) > _MOST for value in flat):
        raise InvalidRequest("A value is no number of 32 bits.")
    return np.array(flat, dtype=layout)


def _flat(data: list[Any], shape: Sequence[int]) -> Iterator[Any]:
    """The values row by row. Raises InvalidRequest where their number, or that of a row, is not the shape's."""
    if len(shape) > 1 and data and all(type(row) is list for row in data):
        _check_count(len(data), shape[0])
        for row in data:
            yield from _flat(row, shape[1:])
    else:
        _check_count(len(data), math.prod(shape))
        yield from data


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidRequest("A text holds half of a surrogate pair.") from None


def _pieces(data: bytes) -> Iterator[bytes]:
    """The elements of BYTES, each after its length of four bytes."""
    place = 0
    while place < len(data):
        start = place + _LENGTH.size
        end = start + (_LENGTH.unpack_from(data, place)[0] if start <= len(data) else 1)
        if end > len(data):
            raise InvalidRequest("The last element of BYTES is cut off: its length says more than there is.")
        yield data[start:end]
        place = end
