"""The build of a grader: the frozen encoder, and one graph of its cross-encoder, trees and memory."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from lectern import __version__
from lectern.encoder import Encoder
from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector, TrainingData
from lectern.model import ENCODER, MODEL, TOKENIZER, Encoding, infer
from model_store.build.arrays import read_arrays
from model_store.build.encoder import base_config, base_weights, float_encoder, int8_encoder
from model_store.build.ensemble import Trees
from model_store.build.golden import (
    FLOAT_TOLERANCE,
    INT8_DISTANCE,
    INT8_TOLERANCE,
    REFERENCE_TOLERANCE,
    read_reference,
)
from model_store.build.grader import Grader, cross_graph, experts_graph, grader_graph
from model_store.build.memory import Memory
from model_store.build.merge import merge, read_adapter
from model_store.build.quantise import Scheme, products, quantise, read_scheme
from model_store.catalogue import Model
from model_store.errors import ReferenceMismatch

ADAPTER, MEMORY, TREES = "adapter.safetensors", "memory.npz", "trees.npz"


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: the cross-encoder does not give the logits that transformers gave.
        AdapterMismatch: the adapter does not fit the base.
    """
    reference, grader = read_reference(model.adapter), read_grader(model, base)
    scheme = read_scheme(model.adapter) if model.precision == "int8" else None
    cross = Runs(float_encoder(base, grader.depth).SerializeToString(), cross_graph(grader).SerializeToString())
    _check("fp32", cross.answers(reference), reference, REFERENCE_TOLERANCE, np.max)
    if scheme:
        _make_int8(model, grader, folder, scheme, reference)
    else:
        onnx.save(float_encoder(base, grader.depth), folder / ENCODER)
        onnx.save(grader_graph(grader), folder / MODEL)
    (folder / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    golden = Runs((folder / ENCODER).read_bytes(), (folder / MODEL).read_bytes()).answers(reference)
    facts = read_adapter(model.adapter).facts
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        encoder_layers=grader.depth,
        adapter_sha256=_digest([model.adapter / name for name in (ADAPTER, MEMORY, TREES)]),
        quantisation=scheme.name if scheme else "none: float32",
        max_length=facts["max_length"],
        labels=tuple(facts["labels"]),
        calibration=Calibration.model_validate(evaluation["calibration"]),
        metrics=evaluation["metrics"] if scheme else _float_metrics(evaluation["metrics"]),
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=Golden(tolerance=INT8_TOLERANCE if scheme else FLOAT_TOLERANCE, vectors=tuple(golden)),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", "") if scheme else "",
    )


def _make_int8(model: Model, grader: Grader, folder: Path, scheme: Scheme, reference: list[GoldenVector]) -> None:
    (folder / ENCODER).write_bytes(int8_encoder(model.base, depth=grader.depth).read_bytes())
    quantise_layers(cross_graph(grader), folder / MODEL, scheme)
    small = Runs((folder / ENCODER).read_bytes(), (folder / MODEL).read_bytes())
    _check("int8", small.answers(reference), reference, INT8_DISTANCE, np.mean)
    quantise_layers(grader_graph(grader), folder / MODEL, scheme)


def _float_metrics(metrics: dict[str, dict[str, float]]) -> dict[str, dict[str, float]]:
    """Of what was measured of the int8 files, what was measured of these beside them."""
    names = {"answers": "answers", "macro_f1_fp32": "macro_f1"}
    return {
        part: {names[name]: value for name, value in figures.items() if name in names}
        for part, figures in metrics.items()
        if "macro_f1_fp32" in figures
    }


def float_graph(model: Model, base: Path) -> onnx.ModelProto:
    """The grader's graph in fp32."""
    return grader_graph(read_grader(model, base))


def quantise_layers(graph: onnx.ModelProto, target: Path, scheme: Scheme) -> None:
    """The layers in int8; what compares and remembers is small, and stays in float."""
    quantise(graph, target, scheme, products(graph))


def read_grader(model: Model, base: Path) -> Grader:
    """The committed parts of a grader over its base's weights. Raises OSError or AdapterMismatch."""
    adapter = read_adapter(model.adapter)
    config = base_config(base)
    return Grader(
        merge(base_weights(base), adapter),
        adapter.facts.get("depth", 0),
        tuple(adapter.facts["layers"]),
        config["num_attention_heads"],
        read_arrays(Memory, model.adapter / MEMORY),
        read_arrays(Trees, model.adapter / TREES),
        np.array(adapter.facts["blend"], dtype=np.float32),
    )


def int8_experts(model: Model, base: Path) -> tuple[bytes, bytes]:
    """Encoder and the experts' graph, in int8 as a build makes them."""
    grader = read_grader(model, base)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, MODEL)
        quantise_layers(experts_graph(grader), target, read_scheme(model.adapter))
        return int8_encoder(model.base, depth=grader.depth).read_bytes(), target.read_bytes()


def float_experts(model: Model, base: Path) -> tuple[bytes, bytes]:
    """The same in fp32, for measuring against it."""
    grader = read_grader(model, base)
    return float_encoder(base, grader.depth).SerializeToString(), experts_graph(grader).SerializeToString()


class Runs:
    """An encoder and a grader's graph, outside of any release."""

    def __init__(self, encoder: bytes, graph: bytes) -> None:
        providers = ["CPUExecutionProvider"]
        self._encoder = Encoder(onnxruntime.InferenceSession(encoder, providers=providers))
        self._session = onnxruntime.InferenceSession(graph, providers=providers)

    def __call__(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (outputs,)."""
        return infer(self._session, self._encoder, row)

    def answers(self, rows: list[GoldenVector]) -> list[GoldenVector]:
        """The rows with what these graphs answer."""
        return [row.model_copy(update={"logits": tuple(self(_encoding(row)).astype(float).tolist())}) for row in rows]


def _encoding(row: GoldenVector) -> Encoding:
    return Encoding(list(row.input_ids), list(row.token_type_ids), list(row.features), list(row.hashes))


def _check(kind: str, found: list[GoldenVector], reference: list[GoldenVector], most: float, measure: Any) -> None:
    distances = [np.abs(np.subtract(one.logits, other.logits)) for one, other in zip(found, reference, strict=True)]
    distance = float(measure(np.concatenate(distances)))
    if not distance <= most:
        raise ReferenceMismatch(f"the {kind} cross-encoder is {distance:.2e} away from transformers; {most} may be")


def _digest(paths: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
