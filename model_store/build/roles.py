"""The build of a model that finds predicates, and the arguments of a marked one: the base with an adapter and a head.

A word's scores come out one after another, as one row of numbers: that is how a release's golden vectors are kept.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto

from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, TrainingData
from lectern.model import MODEL, TOKENIZER
from model_store.build.encoder import base_config, base_weights
from model_store.build.golden import check_reference, read_reference, record_golden
from model_store.build.graph import INT_ROW, Graph, embedded, finished, layer, layer_count
from model_store.build.merge import Weights, merge, read_adapter
from model_store.build.quantise import quantise, read_scheme
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.errors import AdapterMismatch

KIND, TRANSITIONS = "roles", "transitions.json"

INT8_TOLERANCE = 1.0
"""A score on another CPU: those of roles that are out of the question lie at -10 and below, and move the most."""


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: a graph does not give the scores that transformers gave.
        AdapterMismatch: the adapter does not fit the base.
    """
    facts = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    reference, graph, scheme = read_reference(model.adapter), float_graph(model, base), read_scheme(model.adapter)
    check_reference(graph, reference)
    quantise(graph, folder / MODEL, scheme)
    (folder / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    golden = record_golden((folder / MODEL).read_bytes(), reference)
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=file_digest(model.adapter / "adapter.safetensors"),
        quantisation=scheme.name,
        max_length=facts["max_length"],
        labels=tuple(facts["labels"]),
        calibration=Calibration(temperature=1, transitions=read_transitions(model.adapter)),
        metrics=evaluation["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=golden.model_copy(update={"tolerance": INT8_TOLERANCE}),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", ""),
    )


def read_transitions(adapter: Path) -> tuple[tuple[float, ...], ...]:
    """What a tag adds after another one, as the recipe wrote it, (tags, tags). Raises OSError, or AdapterMismatch."""
    labels = json.loads((adapter / "adapter.json").read_text("utf-8"))["labels"]
    try:
        found = np.array(json.loads((adapter / TRANSITIONS).read_text("utf-8")), dtype=np.float64)
    except (ValueError, TypeError) as error:
        raise AdapterMismatch(f"{adapter / TRANSITIONS} is no table of numbers") from error
    if found.shape != (1 + 2 * len(labels),) * 2:
        raise AdapterMismatch(
            f"{adapter / TRANSITIONS} has {found.shape} numbers, which is not for {len(labels)} roles"
        )
    return tuple(tuple(row) for row in found.tolist())


def float_graph(model: Model, base: Path) -> onnx.ModelProto:
    """The graph in fp32, of a base's folder and the model's adapter. Raises AdapterMismatch."""
    config, adapter = base_config(base), read_adapter(model.adapter)
    weights = merge(base_weights(base), adapter)
    return roles_graph(weights, config["num_attention_heads"], config["layer_norm_eps"], adapter.facts["lower"])


def roles_graph(weights: Weights, heads: int, layer_norm_eps: float, lower: int) -> onnx.ModelProto:
    """Inputs `input_ids` and `token_type_ids`, int32 (1, length); output `logits` (1, length · (2 + 2 · roles)).

    What `token_type_ids` marks with 1 gets the mark's vector above the first layers, `lower` of them.
    """
    graph = Graph(weights)
    hidden = embedded(graph, "", layer_norm_eps)
    for number in range(layer_count(weights)):
        if number == lower:
            hidden = graph.op("Add", [hidden, _mark(graph)], "marked")
        hidden = layer(graph, number, hidden, heads)
    _head(graph, hidden)
    return finished(graph, {"input_ids": INT_ROW, "token_type_ids": INT_ROW}, {"logits": ["batch", "scores"]})


def _mark(graph: Graph) -> str:
    """The mark's vector at marked tokens, zeros at others: (1, length, hidden)."""
    marks = graph.op("Cast", ["token_type_ids"], "marks", to=TensorProto.FLOAT)
    tall = graph.op("Unsqueeze", [marks, graph.constant("last", np.array([2]))], "marks.tall")
    return graph.op("Mul", [tall, graph.constant("head.mark.weight")], "mark")


def _head(graph: Graph, hidden: str) -> None:
    tokens = graph.op("Squeeze", [hidden, graph.leading()], "tokens")
    own = _linear(graph, "predicate", _product(graph, ["marks", tokens], "own"))
    wide = graph.op("Add", [_linear(graph, "token", tokens), own], "wide")
    scores = _linear(graph, "classifier", graph.node("Gelu", [wide], "active"))
    graph.op("Reshape", [scores, graph.constant("row", np.array([1, -1]))], "logits")


def _linear(graph: Graph, part: str, value: str) -> str:
    """A linear layer of the head."""
    product = _product(graph, [value, graph.transposed(f"head.{part}.weight")], f"{part}.product")
    bias = f"head.{part}.bias"
    return graph.op("Add", [product, graph.constant(bias)], f"{part}.out") if bias in graph.weights else product


def _product(graph: Graph, values: list[str], output: str) -> str:
    """A product that stays in float: the quantiser takes every MatMul for its own, and makes one of every Gemm."""
    return graph.node("FusedMatMul", values, output)
