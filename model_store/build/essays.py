"""The build of a model that is the frozen encoder with linear heads: nothing is merged, the heads are a file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from functions.essays.heads import FILE, read_heads
from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector, TrainingData
from lectern.model import ENCODER, MODEL, TOKENIZER
from model_store.build.encoder import float_encoder, int8_encoder
from model_store.build.golden import REFERENCE_TOLERANCE, read_reference
from model_store.build.graph import OPSET
from model_store.build.quantise import DEFAULT
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.errors import ReferenceMismatch

INT8_TOLERANCE = 0.1
"""A component of a window's mean vector on another CPU; they lie within 0.4, and int8 moves them by up to 0.03."""

INT8_DISTANCE = 0.05
"""Mean distance of the int8 encoder's components from the reference; a sound quantisation stays well below it."""


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: an encoder does not give the vectors that transformers gave.
        ReleaseRejected: the heads' file is none.
    """
    reference, heads = read_reference(model.adapter), (model.adapter / FILE).read_bytes()
    read_heads(heads)
    _check(_answers(float_encoder(base).SerializeToString(), reference), reference, REFERENCE_TOLERANCE, np.max)
    encoder = int8_encoder(model.base).read_bytes()
    golden = _answers(encoder, reference)
    _check(golden, reference, INT8_DISTANCE, np.mean)
    files = {ENCODER: encoder, MODEL: mean_graph().SerializeToString(), FILE: heads}
    for name, data in (files | {TOKENIZER: (base / TOKENIZER).read_bytes()}).items():
        (folder / name).write_bytes(data)
    return _description(model, evaluation, golden)


def _description(model: Model, evaluation: dict[str, Any], golden: list[GoldenVector]) -> Description:
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=file_digest(model.adapter / FILE),
        quantisation=DEFAULT.name,
        max_length=facts["max_length"],
        labels=tuple(facts["labels"]),
        calibration=Calibration(temperature=1),
        metrics=evaluation["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=Golden(tolerance=INT8_TOLERANCE, vectors=tuple(golden)),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", ""),
    )


def _answers(encoder: bytes, reference: list[GoldenVector]) -> list[GoldenVector]:
    """The reference's rows with the mean vectors that an encoder gives them."""
    session = onnxruntime.InferenceSession(encoder, providers=["CPUExecutionProvider"])
    answered = []
    for row in reference:
        vectors = session.run(None, {"input_ids": np.array([row.input_ids], dtype=np.int32)})[0][0]
        answered.append(row.model_copy(update={"logits": tuple(vectors.mean(axis=0).astype(float).tolist())}))
    return answered


def _check(
    found: list[GoldenVector], reference: list[GoldenVector], most: float, measure: Callable[..., np.floating[Any]]
) -> None:
    distances = [np.abs(np.subtract(one.logits, other.logits)) for one, other in zip(found, reference, strict=True)]
    distance = float(measure(np.concatenate(distances)))
    if not distance <= most:
        raise ReferenceMismatch(f"the encoder is {distance:.2e} away from transformers; {most} may be")


def mean_graph() -> onnx.ModelProto:
    """What the runtime asks of a model beside an encoder: a window's vectors (1, length, hidden) → their mean."""
    inputs = [
        helper.make_tensor_value_info("input_ids", TensorProto.INT32, ["batch", "length"]),
        helper.make_tensor_value_info("token_type_ids", TensorProto.INT32, ["batch", "length"]),
        helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", "length", "hidden"]),
        helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", "features"]),
    ]
    outputs = [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "hidden"])]
    mean = helper.make_node("ReduceMean", ["vectors"], ["logits"], axes=[1], keepdims=0)
    body = helper.make_graph([mean], "lectern", inputs, outputs)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
