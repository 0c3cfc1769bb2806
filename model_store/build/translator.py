"""The build of a translator: the graph of two branches, its vocabulary, and how it is searched."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from functions.translate.pieces import END, LANGUAGES, SPECIALS, tag, writable
from lectern import __version__
from lectern.generation.generate import score
from lectern.generation.writing import WRITING, Rules, Writing
from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector, TrainingData
from lectern.model import MODEL, TOKENIZER
from model_store.build.golden import REFERENCE_TOLERANCE, read_reference
from model_store.build.layers import floats
from model_store.build.sequence_graph import sequence_graph
from model_store.catalogue import Model
from model_store.digest import file_digest
from model_store.errors import ReferenceMismatch

KIND = "translator"
QUANTISATION = "dynamic-u8s8-per-channel-reduced-range"

INT8_DISTANCE = 0.5
"""Mean distance of the int8 file's log-probabilities from the reference; a sound quantisation stays well below it."""

INT8_TOLERANCE = 0.5
"""A token's log-probability on another CPU, where float rounding may move an activation to the next of 256 steps."""


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: the fp32 graph does not give what the network gave, or the int8 one is far from it.
    """
    reference, rules = read_reference(model.adapter), Rules(_writing(model))
    _check(_scored(float_graph(model), rules, reference), reference, REFERENCE_TOLERANCE)
    facts, path = _facts(model), model.adapter / "adapter.safetensors"
    graph = sequence_graph(load_file(path), facts["heads"])
    (folder / MODEL).write_bytes(graph.SerializeToString())
    (folder / TOKENIZER).write_bytes((model.adapter / TOKENIZER).read_bytes())
    (folder / WRITING).write_text(rules.writing.model_dump_json(), "utf-8")
    golden = _scored(graph, rules, reference)
    _check(golden, reference, INT8_DISTANCE, mean=True)
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=file_digest(path),
        quantisation=QUANTISATION,
        max_length=facts["max_length"],
        labels=(),
        calibration=Calibration.model_validate(evaluation["calibration"]),
        metrics=evaluation["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=Golden(tolerance=INT8_TOLERANCE, vectors=tuple(golden)),
        runtime=__version__,
        measured_sha256=evaluation.get("measured_sha256", ""),
    )


def float_graph(model: Model) -> onnx.ModelProto:
    """The graph in fp32, of the same weights."""
    return sequence_graph(floats(load_file(model.adapter / "adapter.safetensors")), _facts(model)["heads"])


def _facts(model: Model) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((model.adapter / "adapter.json").read_text("utf-8"))
    return facts


def _writing(model: Model) -> Writing:
    tokenizer = Tokenizer.from_file(str(model.adapter / TOKENIZER))
    tokens = tuple(tokenizer.id_to_token(number) or "" for number in range(tokenizer.get_vocab_size()))
    return Writing(
        tokens=tokens,
        end=SPECIALS.index(END),
        writable={tag(to): tuple(n for n, token in enumerate(tokens) if writable(token, to)) for to in LANGUAGES},
        beams=4,
        length_penalty=1.0,
        most_per_token=2.0,
        most_more=8,
    )


def _scored(graph: onnx.ModelProto, rules: Rules, reference: list[GoldenVector]) -> list[GoldenVector]:
    """The reference's rows with the log-probabilities that a graph gives them."""
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    found = (score(session, rules, row.input_ids, row.written) for row in reference)
    pairs = zip(reference, found, strict=True)
    return [row.model_copy(update={"logits": tuple(logits.astype(float).tolist())}) for row, logits in pairs]


def _check(found: list[GoldenVector], reference: list[GoldenVector], most: float, mean: bool = False) -> None:
    pairs = zip(found, reference, strict=True)
    distances = np.concatenate([np.abs(np.subtract(one.logits, other.logits)) for one, other in pairs])
    distance = float(distances.mean() if mean else distances.max())
    if not distance <= most:
        raise ReferenceMismatch(f"a graph is {distance:.2e} away from the network in log-probability; {most} may be")
