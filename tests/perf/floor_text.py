"""The floor of a function over one text: its files fetched and checked by botocore, and its graphs run on the tokens.

It has no framework, no validation, no manifest, no self-test, no logs, and makes no answer of the logits: of what a
translation takes it has the reading of the source, of what roles take the first reading. What a graph wants beside
tokens are zeros.
"""

import json

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from tests.perf.floor_files import PINS, session, tokenizer

KINDS = {"tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(float)": np.float32, "tensor(bool)": np.bool_}
SESSIONS, TOKENIZER = [session(name) for name in PINS if name.endswith(".onnx")], tokenizer()


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    """Read the request's texts as one row."""
    ids = TOKENIZER.encode(" ".join(_strings(json.loads(event["body"])))).ids[:512]
    logits = [session.run(None, {put.name: _fed(put, ids) for put in session.get_inputs()}) for session in SESSIONS]
    return {"statusCode": 200, "body": json.dumps({"first": float(logits[0][-1].ravel()[0])})}


def _strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for part in inner for text in _strings(part)]
    return [value] if isinstance(value, str) else []


def _fed(put: onnxruntime.NodeArg, ids: list[int]) -> NDArray[np.generic]:
    kind = KINDS[put.type]
    if put.name in ("input_ids", "tokens"):
        return np.array([ids], dtype=kind)
    if not put.shape:
        return np.ones((), dtype=kind)
    shape = [(len(ids) if place else 1) if isinstance(size, str) else size for place, size in enumerate(put.shape)]
    return np.zeros(shape, dtype=kind)
