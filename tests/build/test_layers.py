"""Layers in int8, and the graph of a network that has lost heads and columns, against BERT written out in numpy."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import numpy_helper

from model_store.build.graph import bert_graph
from model_store.build.layers import pack, unpack
from model_store.build.merge import Adapter, Weights, merge
from model_store.build.quantise import DEFAULT, Scheme, quantise, read_scheme
from model_store.errors import AdapterMismatch
from tests.build.random_network import HEADS, HIDDEN, WORDS, network

SIZE = HIDDEN // HEADS
IDS, KINDS = np.array([[3, 14, 15, 9, 26]]), np.array([[0, 0, 0, 1, 1]])

Array = NDArray[np.float32]


def by_hand(weights: Weights, layers: int = 2) -> Array:
    """Devlin et al. (2019), BERT, with exact GELU, the mean of the token vectors, and a head."""
    from math import erf

    def linear(name: str, value: Array) -> Array:
        result: Array = value @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        return result

    def norm(name: str, value: Array) -> Array:
        centred = value - value.mean(-1, keepdims=True)
        scaled = centred / np.sqrt(value.var(-1, keepdims=True) + 1e-12)
        result: Array = scaled * weights[f"{name}.LayerNorm.weight"] + weights[f"{name}.LayerNorm.bias"]
        return result

    def attention(layer: str, value: Array) -> Array:
        query, key, content = (linear(f"{layer}attention.self.{n}", value) for n in ("query", "key", "value"))
        mixed = []
        for start in range(0, query.shape[1], SIZE):
            head = slice(start, start + SIZE)
            scores = np.exp(query[:, head] @ key[:, head].T / np.sqrt(SIZE))
            mixed.append(scores / scores.sum(-1, keepdims=True) @ content[:, head])
        return linear(f"{layer}attention.output.dense", np.concatenate(mixed, axis=1))

    tables = [weights[f"embeddings.{name}_embeddings.weight"] for name in ("word", "token_type", "position")]
    hidden = norm("embeddings", tables[0][IDS[0]] + tables[1][KINDS[0]] + tables[2][: IDS.shape[1]])
    for layer in (f"encoder.layer.{number}." for number in range(layers)):
        hidden = norm(f"{layer}attention.output", hidden + attention(layer, hidden))
        wide = linear(f"{layer}intermediate.dense", hidden)
        active = wide * (1 + np.vectorize(erf)(wide / np.sqrt(2))) / 2
        hidden = norm(f"{layer}output", hidden + linear(f"{layer}output.dense", active))
    logits: Array = linear("head.classifier", np.tanh(linear("head.dense", hidden.mean(0))))
    return logits


def answered(model: bytes) -> Array:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    feed = {"input_ids": IDS.astype(np.int32), "token_type_ids": KINDS.astype(np.int32)}
    logits: Array = session.run(None, feed)[0][0]
    return logits


def graph(weights: Weights) -> onnx.ModelProto:
    return bert_graph(weights, HEADS, 1e-12)


def test_a_graph_with_fewer_heads_and_columns_is_bert_all_the_same() -> None:
    weights = network()
    assert np.abs(answered(graph(weights).SerializeToString()) - by_hand(weights)).max() < 1e-4


def test_packed_layers_lose_half_a_step_at_most() -> None:
    weights = network()
    packed = pack(weights)
    assert not any(name.startswith("embeddings.") for name in packed)
    name = "encoder.layer.1.output.dense.weight"
    assert packed[name].dtype == np.int8
    assert np.abs(packed[name]).max() == 64
    back = merge(weights, Adapter(Path(), {"kind": "layers"}, packed))
    assert back["embeddings.word_embeddings.weight"] is weights["embeddings.word_embeddings.weight"]
    steps = np.abs(weights[name]).max(axis=1, keepdims=True) / 64
    assert (np.abs(back[name] - weights[name]) <= steps * 0.501).all()
    assert set(back) == set(weights)


def test_a_build_comes_to_the_same_integers_again(tmp_path: Path) -> None:
    weights = network()
    packed = pack(weights)
    quantise(graph(unpack(weights, packed)), tmp_path / "int8.onnx", DEFAULT)
    built = {c.name: numpy_helper.to_array(c) for c in onnx.load(tmp_path / "int8.onnx").graph.initializer}
    for name in ("encoder.layer.0.intermediate.dense.weight", "encoder.layer.1.output.dense.weight"):
        assert (packed[name] == built[f"{name}_quantized"].T).all()


def test_layers_of_another_base_are_refused() -> None:
    packed, weights = pack(network()), network()
    with pytest.raises(
        AdapterMismatch, match=r"query\.weight of the adapter has no scales or not the width of the base"
    ):
        unpack(weights, {name: value for name, value in packed.items() if not name.endswith("query.weight.scale")})
    narrow = {"embeddings.word_embeddings.weight": np.zeros((WORDS, 24), np.float32)}
    with pytest.raises(AdapterMismatch, match="not the width of the base, 24"):
        unpack(narrow, packed)


@pytest.mark.parametrize(
    "scheme",
    [
        DEFAULT,
        Scheme(in_float=("encoder.layer.0.narrow",)),
        Scheme(per_channel=False),
        Scheme(embeddings=False),
        Scheme(reduced_range=False),
        Scheme(signed=False, reduced_range=False),
        Scheme(signed=False, reduced_range=False, per_channel=False),
    ],
    ids=lambda scheme: scheme.name,
)
def test_every_scheme_is_smaller_and_near(scheme: Scheme, tmp_path: Path) -> None:
    weights = network()
    quantise(graph(weights), tmp_path / "int8.onnx", scheme)
    data = (tmp_path / "int8.onnx").read_bytes()
    assert np.abs(answered(data) - by_hand(weights)).mean() < 0.5
    operators = {node.name: node.op_type for node in onnx.load_from_string(data).graph.node}
    for node in scheme.in_float:
        assert operators[node] == "MatMul"
    assert ("EmbedLayerNormalization" in operators.values()) == (not scheme.embeddings)
    assert ("QAttention" in operators.values()) and "Attention" not in operators.values()


def test_one_node_alone_can_be_quantised(tmp_path: Path) -> None:
    quantise(graph(network()), tmp_path / "one.onnx", DEFAULT, only=["encoder.layer.1.wide"])
    operators = [node.op_type for node in onnx.load(tmp_path / "one.onnx").graph.node]
    assert operators.count("MatMulInteger") + operators.count("DynamicQuantizeMatMul") == 1
    assert operators.count("Attention") == 2


def test_the_default_scheme_does_not_saturate_and_is_read_where_none_was_chosen(tmp_path: Path) -> None:
    assert not DEFAULT.saturates
    assert Scheme(reduced_range=False).saturates
    assert not Scheme(signed=False, reduced_range=False).saturates
    assert read_scheme(tmp_path) == DEFAULT
