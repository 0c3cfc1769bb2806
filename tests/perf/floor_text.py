"""The floor of a function over one text: its files fetched and checked by botocore, and its graphs run on the tokens.

It has no framework, no validation, no manifest, no self-test, no logs, and makes no answer of the logits. What a graph
wants beside tokens are zeros.
"""

import hashlib
import json
import os

import numpy as np
import onnxruntime
from botocore.session import Session
from numpy.typing import NDArray
from tokenizers import Tokenizer

PINS = json.loads(os.environ["FLOOR_PINS"])
CLIENT = Session().create_client("s3")
KINDS = {"tensor(int32)": np.int32, "tensor(int64)": np.int64, "tensor(float)": np.float32, "tensor(bool)": np.bool_}


def fetch(pin: dict[str, str]) -> bytes:
    """One file by version, checked."""
    answer = CLIENT.get_object(Bucket=PINS["bucket"], Key=pin["key"], VersionId=pin["version_id"])
    data: bytes = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != pin["sha256"]:
        raise ValueError(pin["key"])
    return data


OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = 1
SESSIONS = [onnxruntime.InferenceSession(fetch(PINS[name]), OPTIONS) for name in PINS if name.endswith(".onnx")]
TOKENIZER = Tokenizer.from_buffer(fetch(PINS["tokenizer.json"]))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    """Read the request's texts as one row."""
    ids = TOKENIZER.encode(" ".join(_strings(json.loads(event["body"])))).ids[:512]
    logits = [session.run(None, {put.name: _fed(put, ids) for put in session.get_inputs()}) for session in SESSIONS]
    return {"statusCode": 200, "body": json.dumps({"first": float(logits[0][0].ravel()[0])})}


def _strings(value: object) -> list[str]:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return [text for part in inner for text in _strings(part)]
    return [value] if isinstance(value, str) else []


def _fed(put: onnxruntime.NodeArg, ids: list[int]) -> NDArray[np.generic]:
    kind = KINDS[put.type]
    if put.name == "input_ids":
        return np.array([ids], dtype=kind)
    first, *rest = put.shape
    shape = [1 if isinstance(first, str) else first, *(len(ids) if isinstance(size, str) else size for size in rest)]
    return np.zeros(shape, dtype=kind)
