"""From tensors to rows for a release's graph: everything is checked that the graph would trust."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lectern.errors import InvalidRequest
from lectern.model import Encoding, Model
from lectern.protocol.described import REQUEST, TEXT, TensorMetadata, tensors
from lectern.protocol.tensors import Tensor

MOST_ROWS = 100
"""Runs of the graph for one request: some seconds."""

IDS, TYPES, MASK = "input_ids", "token_type_ids", "attention_mask"


def rows_of(given: Mapping[str, Tensor], model: Model) -> list[Encoding]:
    """The rows; where `attention_mask` is 0, a row has ended. Raises InvalidRequest."""
    expected = {one.name: one for one in tensors(model.release.manifest).inputs if one.name not in (REQUEST, TEXT)}
    _check_names(given, expected)
    found = {name: _matrix(tensor, expected[name]) for name, tensor in given.items()}
    ids = found[IDS]
    _check_rows(found, ids, model)
    types, mask = found.get(TYPES, np.zeros_like(ids)), found.get(MASK, np.ones_like(ids))
    _check_tokens(ids, types, mask, model)
    lengths = mask.sum(axis=1).tolist()
    nothing = np.zeros((len(ids), 0))
    features, hashes = found.get("features", nothing), found.get("hashes", nothing.astype(int))
    return [
        Encoding(ids[row, :length].tolist(), types[row, :length].tolist(), features[row].tolist(), hashes[row].tolist())
        for row, length in enumerate(lengths)
    ]


def _check_names(given: Mapping[str, Tensor], expected: Mapping[str, TensorMetadata]) -> None:
    if given.keys() - expected:
        names = ", ".join([*expected, f"or {REQUEST}, or {TEXT}"])
        raise InvalidRequest(f"An input has a name that the model does not know; the inputs are {names}.")
    if missing := sorted(expected.keys() - given - {TYPES, MASK}):
        raise InvalidRequest(f"The input {missing[0]} is missing.")


def _matrix(tensor: Tensor, expected: TensorMetadata) -> NDArray[Any]:
    """The values (rows, columns). Raises InvalidRequest for another datatype or shape."""
    allowed = ("INT32", "INT64") if expected.datatype == "INT32" else (expected.datatype,)
    if tensor.datatype not in allowed:
        raise InvalidRequest(f"{expected.name} must be {' or '.join(allowed)}.")
    columns = expected.shape[1]
    if len(tensor.shape) != 2 or columns not in (-1, tensor.shape[1]):
        raise InvalidRequest(f"{expected.name} must have the shape [rows, {columns if columns > 0 else 'columns'}].")
    if not np.isfinite(tensor.numbers).all():
        raise InvalidRequest(f"{expected.name} holds what is not a finite number.")
    return tensor.numbers


def _check_rows(found: Mapping[str, NDArray[Any]], ids: NDArray[Any], model: Model) -> None:
    rows, length = ids.shape
    if not 1 <= rows <= MOST_ROWS:
        raise InvalidRequest(f"There must be 1 to {MOST_ROWS} rows; there are {rows}.")
    longest = model.release.manifest.max_length
    if not 1 <= length <= longest:
        raise InvalidRequest(f"A row must have 1 to {longest} tokens; these have {length}.")
    for name, values in found.items():
        if len(values) != rows or (name in (TYPES, MASK) and values.shape != ids.shape):
            raise InvalidRequest(f"{name} has another shape than {IDS}: {list(values.shape)}, not {list(ids.shape)}.")


def _check_tokens(ids: NDArray[Any], types: NDArray[Any], mask: NDArray[Any], model: Model) -> None:
    known = model.tokenizer.get_vocab_size()
    if ids.min() < 0 or ids.max() >= known:
        raise InvalidRequest(f"{IDS} must be tokens from 0 to {known - 1}.")
    most = 2 if model.encoder else 1  # an encoder reads question, reference and answer apart
    if types.min() < 0 or types.max() > most or (np.diff(types) < 0)[mask[:, 1:] == 1].any():
        raise InvalidRequest(f"{TYPES} must be from 0 to {most} and must not go down along a row.")
    if not np.isin(mask, (0, 1)).all() or (np.diff(mask) > 0).any() or (mask[:, 0] == 0).any():
        raise InvalidRequest(f"{MASK} must be 1 for the tokens of a row and then 0.")
