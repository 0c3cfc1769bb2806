"""Proof that a graph computes what the reference implementation computed, and the vectors that prove it again later."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from lectern.manifest import Golden, GoldenVector
from model_store.errors import ReferenceMismatch

INT8_DISTANCE = 0.5
"""Mean distance of the int8 file's logits from the reference; a sound quantisation stays well below it."""

REFERENCE_TOLERANCE = 1e-4
"""The fp32 graph against transformers, on any CPU."""

INT8_TOLERANCE = 0.25
"""The int8 file against itself on another CPU: its integers are exact, but float rounding before them may differ and
move an activation to the next of 256 steps. Relative noise of 1e-5 in the norms moved the grading model's golden
logits by up to 0.15; a third of one matrix set to zero by 0.35."""


FLOAT_TOLERANCE = 0.01
"""A float file against itself on another CPU; the graph agrees with transformers to REFERENCE_TOLERANCE."""


def read_reference(adapter: Path) -> list[GoldenVector]:
    """Inputs and logits that transformers gave for the merged model (`reference.json`)."""
    rows: list[dict[str, Any]] = json.loads((adapter / "reference.json").read_text("utf-8"))
    return [GoldenVector.model_validate(row) for row in rows]


def check_reference(graph: onnx.ModelProto, reference: list[GoldenVector]) -> float:
    """The largest distance of the fp32 graph's logits from the reference.

    Raises:
        ReferenceMismatch: it is over REFERENCE_TOLERANCE.
    """
    session = _session(graph.SerializeToString())
    worst = max(float(np.abs(_logits(session, row) - np.array(row.logits)).max()) for row in reference)
    if not worst <= REFERENCE_TOLERANCE:
        raise ReferenceMismatch(f"the fp32 graph is {worst:.2e} away from transformers; {REFERENCE_TOLERANCE} may be")
    return worst


def record_golden(model: bytes, reference: list[GoldenVector]) -> Golden:
    """What the int8 file answers on this CPU for the reference's inputs.

    Raises:
        ReferenceMismatch: the answers are too far from the reference's; the file is spoilt.
    """
    session = _session(model)
    answers = [_logits(session, row).astype(float) for row in reference]
    distances = [np.abs(found - np.array(row.logits)) for found, row in zip(answers, reference, strict=True)]
    distance = np.mean(np.concatenate(distances))
    if not distance <= INT8_DISTANCE:
        raise ReferenceMismatch(f"the int8 file is {distance:.2f} away from transformers; {INT8_DISTANCE} may be")
    vectors = [
        row.model_copy(update={"logits": tuple(found.tolist())}) for row, found in zip(reference, answers, strict=True)
    ]
    return Golden(tolerance=INT8_TOLERANCE, vectors=tuple(vectors))


def _session(model: bytes) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


def _logits(session: onnxruntime.InferenceSession, row: GoldenVector) -> NDArray[np.float32]:
    feed = {
        "input_ids": np.array([row.input_ids], dtype=np.int32),
        "token_type_ids": np.array([row.token_type_ids], dtype=np.int32),
    }
    logits: NDArray[np.float32] = session.run(None, feed)[0][0]
    return logits
