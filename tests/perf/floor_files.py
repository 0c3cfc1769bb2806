"""What every floor does: the pinned files of a release, fetched by botocore and checked, and made into sessions."""

import hashlib
import json
import os

import onnxruntime
from botocore.session import Session
from tokenizers import Tokenizer

PINS = json.loads(os.environ["FLOOR_PINS"])
CLIENT = Session().create_client("s3")


def fetch(name: str) -> bytes:
    """One file by version, checked."""
    pin = PINS[name]
    answer = CLIENT.get_object(Bucket=PINS["bucket"], Key=pin["key"], VersionId=pin["version_id"])
    data: bytes = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != pin["sha256"]:
        raise ValueError(name)
    return data


def session(name: str) -> onnxruntime.InferenceSession:
    """A graph on one thread, as on one processor of Lambda."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(fetch(name), options)


def tokenizer() -> Tokenizer:
    """Texts as they are, neither padded nor cut."""
    found = Tokenizer.from_buffer(fetch("tokenizer.json"))
    found.no_padding()
    found.no_truncation()
    return found
