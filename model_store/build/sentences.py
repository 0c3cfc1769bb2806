"""The build of the model that reads texts for schemes of one's own: the frozen base, pooled in two ways."""

import json
from pathlib import Path
from typing import Any

import onnx

from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, Golden, TrainingData
from lectern.model import MODEL, TOKENIZER
from model_store.build.bare_graphs import pooled_graph
from model_store.build.encoder import base_config, base_weights
from model_store.build.golden import check_reference, read_reference, record_golden
from model_store.build.quantise import quantise, read_scheme
from model_store.catalogue import Model

KIND = "sentences"

INT8_TOLERANCE = 0.15
"""A component of a vector on another CPU: means lie within 0.4, a first word's within 2."""


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: a graph does not give the vectors that transformers gave.
    """
    reference, graph = read_reference(model.adapter), float_graph(base)
    check_reference(graph, reference)
    scheme = read_scheme(model.adapter)
    quantise(graph, folder / MODEL, scheme)
    (folder / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    vectors = record_golden((folder / MODEL).read_bytes(), reference).vectors
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=model.base.sha256,
        quantisation=scheme.name,
        max_length=facts["max_length"],
        labels=(),
        calibration=Calibration(temperature=1),
        metrics=evaluation["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=Golden(tolerance=INT8_TOLERANCE, vectors=vectors),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", ""),
    )


def float_graph(base: Path) -> onnx.ModelProto:
    """The graph in fp32, of a base's folder."""
    config = base_config(base)
    return pooled_graph(base_weights(base), config["num_attention_heads"], config["layer_norm_eps"])
