"""A build that is a release in everything but size: its logits are SLOPES times the sum of the token ids."""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector, TrainingData
from model_store.build.builder import Build
from model_store.build.measured import measured_sha256
from model_store.catalogue import read_model

SLOPES = (0.5, 0.25, -0.5)
BASE = read_model("grading").base


def tiny_build(folder: Path, slopes: tuple[float, ...] = SLOPES, tokens: tuple[int, ...] = (1, 2, 3)) -> Build:
    """A build in `folder` whose golden vector and figures are its own."""
    folder.mkdir(parents=True)
    onnx.save(_graph(slopes), folder / "model.onnx")
    (folder / "tokenizer.json").write_text(Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).to_str(), "utf-8")
    golden = GoldenVector(
        input_ids=tokens, token_type_ids=(0,) * len(tokens), logits=tuple(slope * sum(tokens) for slope in slopes)
    )
    calibration = Calibration(temperature=1.0)
    description = Description(
        task="grading",
        base=BaseReference(name=BASE.name, sha256=BASE.sha256),
        adapter_sha256="0" * 64,
        quantisation="none",
        max_length=64,
        labels=("correct", "contradictory", "incorrect"),
        calibration=calibration,
        metrics={"set": {"macro_f1": 0.7, "ece": 0.04}, "attacks": {"padding": 0.02, "flipped": 0.2}},
        training_data=(TrainingData(name="Made-up answers", licence="CC0-1.0"),),
        golden=Golden(tolerance=0.001, vectors=(golden,)),
        runtime="1.0.0",
        measured_sha256=measured_sha256(folder, calibration),
    )
    return Build(folder, description, cached=False)


def _graph(slopes: tuple[float, ...]) -> onnx.ModelProto:
    ids = [helper.make_tensor_value_info(n, TensorProto.INT32, ["batch", "n"]) for n in ("input_ids", "token_type_ids")]
    nodes = [
        helper.make_node("Cast", ["input_ids"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["token_type_ids"], ["types"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["types", "nothing"], ["nothings"]),
        helper.make_node("Add", ["floats", "nothings"], ["all"]),
        helper.make_node("ReduceSum", ["all", "axis"], ["sum"], keepdims=1),
        helper.make_node("Mul", ["sum", "slopes"], ["logits"]),
    ]
    constants = [
        numpy_helper.from_array(np.array(0, np.float32), "nothing"),
        numpy_helper.from_array(np.array([1], np.int64), "axis"),
        numpy_helper.from_array(np.array([slopes], np.float32), "slopes"),
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(slopes)])
    graph = helper.make_graph(nodes, "tiny", ids, [logits], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
