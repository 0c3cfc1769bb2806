"""The build of an embedding model: the base as it is, mean pooling and length 1 in the graph; no adapter."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector, TrainingData
from lectern.model import MODEL, TOKENIZER
from model_store.build.bare_graphs import embedding_graph
from model_store.build.encoder import base_config, base_weights
from model_store.build.golden import REFERENCE_TOLERANCE, read_reference
from model_store.build.quantise import quantise, read_scheme
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.errors import ReferenceMismatch

INT8_TOLERANCE = 0.03
"""A component of a vector of length 1 on another CPU; int8 itself moves one by up to 0.03 from fp32."""

LEAST_COSINE = 0.97
"""Of the int8 file's vector and the one that transformers gave."""

KIND = "embedding"

REFERENCE = "reference.json"


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: a graph does not give the vectors that transformers gave.
    """
    reference, graph, scheme = read_reference(model.adapter), float_graph(base), read_scheme(model.adapter)
    _check_float(_answers(graph.SerializeToString(), reference), reference)
    quantise(graph, folder / MODEL, scheme)
    golden = _answers((folder / MODEL).read_bytes(), reference)
    _check_int8(golden, reference)
    (folder / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=file_digest(model.adapter / REFERENCE),
        quantisation=scheme.name,
        max_length=facts["max_length"],
        labels=(),
        calibration=Calibration(temperature=1),
        metrics=evaluation["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=Golden(tolerance=INT8_TOLERANCE, vectors=tuple(golden)),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", ""),
    )


def float_graph(base: Path) -> onnx.ModelProto:
    """The fp32 graph of a base's folder."""
    config = base_config(base)
    return embedding_graph(base_weights(base), config["num_attention_heads"], config["layer_norm_eps"])


def _answers(graph: bytes, reference: list[GoldenVector]) -> list[GoldenVector]:
    """The reference's rows with the vectors that a graph gives them."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    rows = [np.array([row.input_ids], dtype=np.int32) for row in reference]
    found = [session.run(None, {"input_ids": row})[0][0].astype(float) for row in rows]
    return [
        row.model_copy(update={"logits": tuple(vector.tolist())}) for row, vector in zip(reference, found, strict=True)
    ]


def _check_float(found: list[GoldenVector], reference: list[GoldenVector]) -> None:
    pairs = zip(found, reference, strict=True)
    worst = max(float(np.abs(np.subtract(one.logits, other.logits)).max()) for one, other in pairs)
    if not worst <= REFERENCE_TOLERANCE:
        raise ReferenceMismatch(f"the fp32 graph is {worst:.2e} away from transformers; {REFERENCE_TOLERANCE} may be")


def _check_int8(found: list[GoldenVector], reference: list[GoldenVector]) -> None:
    worst = min(float(np.dot(one.logits, other.logits)) for one, other in zip(found, reference, strict=True))
    if not worst >= LEAST_COSINE:
        raise ReferenceMismatch(f"the int8 file's cosine to transformers is {worst:.3f}; {LEAST_COSINE} is the least")
