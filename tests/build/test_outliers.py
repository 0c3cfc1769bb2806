"""Channels kept apart: the same function in float, and nearer to it in int8."""

import csv
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model_store.build import residual
from model_store.build.encoder import float_encoder
from model_store.build.graph import bert_graph
from model_store.build.outliers import OUTLIERS, few, found_in, kept_apart
from model_store.build.quantise import DEFAULT, FEW, Scheme, quantise
from model_store.build.residual import RESIDUAL, found_in_residual, residual_apart
from model_store.catalogue import read_model
from model_store.sources import base_folder
from tests.build.random_network import HEADS, network

Rows = list[list[int]]


@pytest.fixture(scope="module")
def graph() -> onnx.ModelProto:
    return float_encoder(base_folder(read_model("grading").base))


@pytest.fixture(scope="module")
def rows() -> Rows:
    """The texts of the sample class, in tokens."""
    tokenizer = Tokenizer.from_file(str(base_folder(read_model("grading").base) / "tokenizer.json"))
    tokenizer.no_padding()
    with Path("examples/class.csv").open(encoding="utf-8", newline="") as file:
        texts = [row[name] for row in csv.DictReader(file) for name in ("question", "reference", "answer")]
    return [tokenizer.encode(text).ids for text in dict.fromkeys(texts) if text]


def vectors(model: bytes, rows: Rows) -> list[NDArray[np.float32]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return [session.run(["vectors"], {"input_ids": np.array([row], np.int32)})[0] for row in rows]


def test_the_bases_outliers_are_found_again(graph: onnx.ModelProto, rows: Rows) -> None:
    assert found_in(graph, rows) == OUTLIERS


def test_those_of_the_residual_stream_too(graph: onnx.ModelProto, rows: Rows) -> None:
    assert found_in_residual(graph, rows) == RESIDUAL


def test_apart_they_change_nothing_in_float(graph: onnx.ModelProto, rows: Rows) -> None:
    made = residual_apart(kept_apart(graph))
    assert set(FEW) <= {node.name for node in made.graph.node}
    pairs = zip(*(vectors(one.SerializeToString(), rows[:9]) for one in (graph, made)), strict=True)
    assert max(float(np.abs(a - b).max()) for a, b in pairs) < 1e-5


def test_int8_is_nearer_to_fp32(graph: onnx.ModelProto, rows: Rows, tmp_path: Path) -> None:
    exact, far = vectors(graph.SerializeToString(), rows[:40]), {}
    for scheme in (Scheme(apart=False), DEFAULT, Scheme(residual=True)):
        quantise(graph, tmp_path / "int8.onnx", scheme)
        found = vectors((tmp_path / "int8.onnx").read_bytes(), rows[:40])
        far[scheme.name] = float(np.mean([np.abs(a - b).mean() for a, b in zip(found, exact, strict=True)]))
    none, some, all_of_them = far.values()
    assert some < 0.85 * none and all_of_them < 0.9 * some


def test_a_network_of_another_width_has_none() -> None:
    graph = bert_graph(network(), HEADS, 1e-12)
    assert kept_apart(graph) == graph


def test_a_product_that_stays_in_float_is_left_as_it_is(graph: onnx.ModelProto) -> None:
    stay = ["encoder.layer.1.narrow", "encoder.layer.2.wide"]
    names = {node.name for node in residual_apart(kept_apart(graph, stay), stay).graph.node}
    assert few("encoder.layer.0.") in names and few("encoder.layer.1.") not in names
    assert residual.few("encoder.layer.0.") in names and residual.few("encoder.layer.2.") not in names
