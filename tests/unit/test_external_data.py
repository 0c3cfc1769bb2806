"""Against onnx's own serialiser: every place where a tensor may hide."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from lectern.external_data import has_external_data


def tensor(external: bool) -> TensorProto:
    made = numpy_helper.from_array(np.arange(4, dtype=np.float32), "t")
    if external:
        made.ClearField("raw_data")
        made.data_location = TensorProto.EXTERNAL
        made.external_data.add(key="location", value="weights.bin")
    return made


def graph(*nodes: onnx.NodeProto, initializers: list[TensorProto] | None = None) -> onnx.GraphProto:
    return helper.make_graph(list(nodes), "g", [], [], initializers or [])


def in_initializer(external: bool) -> onnx.ModelProto:
    return helper.make_model(graph(initializers=[tensor(False), tensor(external)]))


def in_attribute(external: bool) -> onnx.ModelProto:
    return helper.make_model(graph(helper.make_node("Constant", [], ["x"], value=tensor(external))))


def in_subgraph(external: bool) -> onnx.ModelProto:
    branch = graph(initializers=[tensor(external)])
    return helper.make_model(graph(helper.make_node("If", ["c"], ["x"], then_branch=branch, else_branch=graph())))


def in_sparse(external: bool) -> onnx.ModelProto:
    model = helper.make_model(graph())
    sparse = model.graph.sparse_initializer.add()
    sparse.values.CopyFrom(tensor(external))
    return model


def in_function(external: bool) -> onnx.ModelProto:
    node = helper.make_node("Constant", [], ["x"], value=tensor(external))
    function = helper.make_function("d", "f", [], ["x"], [node], [helper.make_opsetid("", 17)])
    return helper.make_model(graph(), functions=[function])


@pytest.mark.parametrize("make", [in_initializer, in_attribute, in_subgraph, in_sparse, in_function])
def test_a_tensor_outside_is_found_wherever_it_hides(make: object) -> None:
    assert callable(make)
    assert has_external_data(make(True).SerializeToString())
    assert not has_external_data(make(False).SerializeToString())


def test_weights_that_look_like_a_reference_are_none() -> None:
    data = tensor(True).SerializeToString() * 3
    assert b"location" in data
    made = numpy_helper.from_array(np.frombuffer(data, dtype=np.uint8), "bytes")
    assert not has_external_data(helper.make_model(graph(initializers=[made])).SerializeToString())


@pytest.mark.parametrize("data", [b"\xff" * 20, b"\x3a\x7f", b"\x0b", b"\x80"])
def test_bytes_that_are_no_message(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a protobuf message"):
        has_external_data(data + b"location")
