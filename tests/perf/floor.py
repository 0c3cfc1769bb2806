"""The floor: a bare handler that grades with the same files, by botocore, onnxruntime and tokenizers alone.

It fetches the pinned versions and checks their digests as every handler must; it has no framework, no validation,
no manifest, no self-test, no logs.
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from functions.grading.features import hashed, lexical
from tests.perf.floor_files import session, tokenizer

ENCODER, SESSION, TOKENIZER = session("encoder.onnx"), session("model.onnx"), tokenizer()


def handler(event: dict[str, str], context: object) -> dict[str, object]:
    """Grade one answer against one reference."""
    return {"statusCode": 200, "body": json.dumps(grade(json.loads(event["body"])))}


def grade(body: dict[str, Any]) -> dict[str, list[float]]:
    """Probabilities of the labels."""
    texts = (body["question"], body["references"][0], body["answer"])
    ids = [[101, *TOKENIZER.encode(text, add_special_tokens=False).ids, 102] for text in texts]
    read = [ENCODER.run(["vectors", "lower"], {"input_ids": _row(part, np.int32)}) for part in ids]
    feed = {
        "input_ids": _row(np.concatenate(ids), np.int32),
        "token_type_ids": _row(np.repeat([0, 1, 2], [len(part) for part in ids]), np.int32),
        "vectors": np.concatenate([last for last, _ in read], axis=1),
        "lower": np.concatenate([lower for _, lower in read], axis=1),
        "features": _row(lexical(*texts), np.float32),
        "hashes": _row(hashed(body["answer"]), np.int32),
    }
    logits = SESSION.run(None, feed)[0][0][:3]
    powers = np.exp(logits - logits.max())
    return {"probabilities": (powers / powers.sum()).tolist()}


def _row(values: object, kind: type[np.generic]) -> NDArray[np.generic]:
    return np.array([values], dtype=kind)
