"""The floor: a bare handler that grades with the same files, by botocore, onnxruntime and tokenizers alone.

It fetches the pinned versions and checks their digests as every handler must; it has no framework, no validation,
no manifest, no self-test, no logs.
"""

import hashlib
import json
import os

import numpy as np
import onnxruntime
from botocore.session import Session
from tokenizers import Tokenizer

PINS = json.loads(os.environ["FLOOR_PINS"])
CLIENT = Session().create_client("s3")


def fetch(pin: dict[str, str]) -> bytes:
    """One file by version, checked."""
    answer = CLIENT.get_object(Bucket=PINS["bucket"], Key=pin["key"], VersionId=pin["version_id"])
    data: bytes = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != pin["sha256"]:
        raise ValueError(pin["key"])
    return data


OPTIONS = onnxruntime.SessionOptions()
OPTIONS.intra_op_num_threads = 1
SESSION = onnxruntime.InferenceSession(fetch(PINS["model.onnx"]), OPTIONS)
TOKENIZER = Tokenizer.from_buffer(fetch(PINS["tokenizer.json"]))
TOKENIZER.no_padding()
TOKENIZER.no_truncation()


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    """Grade one answer against one reference."""
    body = json.loads(event["body"])
    texts = [body["question"], body["references"][0], body["answer"]]
    question, reference, answer = (TOKENIZER.encode(text, add_special_tokens=False).ids for text in texts)
    first = [101, *question, 102, *reference, 102]
    ids, types = [*first, *answer, 102], [0] * len(first) + [1] * (len(answer) + 1)
    feed = {"input_ids": np.array([ids], dtype=np.int32), "token_type_ids": np.array([types], dtype=np.int32)}
    logits = SESSION.run(None, feed)[0][0]
    powers = np.exp(logits - logits.max())
    return {"statusCode": 200, "body": json.dumps({"probabilities": (powers / powers.sum()).tolist()})}
