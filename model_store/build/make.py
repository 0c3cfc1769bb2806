"""What a build does: fetch → merge → graph → check → quantise → golden vectors."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import onnx
from safetensors.numpy import load_file

from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, TrainingData
from lectern.model import MODEL, TOKENIZER
from model_store.build import embedding, essays, grading, roles, sentences, summaries, translator
from model_store.build.golden import check_reference, read_reference, record_golden
from model_store.build.graph import bert_graph, span_graph
from model_store.build.measured import DESCRIPTION
from model_store.build.merge import Adapter, merge, read_adapter
from model_store.build.quantise import quantise, read_scheme
from model_store.catalogue import Model, kind_of
from model_store.digest import file_digest
from model_store.sources import base_folder


def make(model: Model, source: str, folder: Path) -> None:
    """Write the files of a release and their description into a new folder. Raises as `build`."""
    base = base_folder(model.base, source)
    folder.mkdir()
    description = _maker(model)(model, base, folder, _evaluation(model))
    (folder / DESCRIPTION).write_text(description.model_dump_json(indent=1), "utf-8")


def _maker(model: Model) -> Callable[[Model, Path, Path, dict[str, Any]], Description]:
    """What makes the files of such a model."""
    makers = {
        "grader": grading.make,
        "essays": essays.make,
        embedding.KIND: embedding.make,
        sentences.KIND: sentences.make,
        translator.KIND: translator.make,
        roles.KIND: roles.make,
        summaries.KIND: summaries.make,
    }
    return makers.get(kind_of(model) or model.task, _make_adapted)


def _make_adapted(model: Model, base: Path, folder: Path, measured: dict[str, Any]) -> Description:
    """The base with an adapter merged in."""
    adapter, reference = read_adapter(model.adapter), read_reference(model.adapter)
    graph = _graph(base, adapter)
    check_reference(graph, reference)
    scheme = read_scheme(model.adapter)
    quantise(graph, folder / MODEL, scheme)
    (folder / TOKENIZER).write_bytes((base / TOKENIZER).read_bytes())
    golden = record_golden((folder / MODEL).read_bytes(), reference)
    facts = adapter.facts
    return Description(
        task=model.task,
        base=BaseReference(name=model.base.name, sha256=model.base.sha256),
        adapter_sha256=file_digest(model.adapter / "adapter.safetensors"),
        quantisation=scheme.name,
        max_length=facts["max_length"],
        labels=tuple(facts["labels"]),
        calibration=Calibration.model_validate(measured["calibration"]),
        metrics=measured["metrics"],
        training_data=tuple(TrainingData.model_validate(entry) for entry in facts["training_data"]),
        golden=golden,
        runtime=__version__,
        measured_sha256=measured.get("measured_sha256", ""),
    )


def float_graph(model: Model) -> onnx.ModelProto:
    """The fp32 graph that a build quantises, for measuring against it."""
    base, kind = base_folder(model.base), kind_of(model)
    if kind == "grader":
        return grading.float_graph(model, base)
    if kind == translator.KIND:
        return translator.float_graph(model)
    if kind == roles.KIND:
        return roles.float_graph(model, base)
    bare = {
        embedding.KIND: embedding.float_graph,
        sentences.KIND: sentences.float_graph,
        summaries.KIND: embedding.float_graph,
    }
    return bare[kind](base) if kind in bare else _graph(base, read_adapter(model.adapter))


def _graph(base: Path, adapter: Adapter) -> onnx.ModelProto:
    config = json.loads((base / "config.json").read_text("utf-8"))
    weights = merge(load_file(base / "model.safetensors"), adapter)
    write = span_graph if adapter.facts.get("kind") == "spans" else bert_graph
    return write(weights, config["num_attention_heads"], config["layer_norm_eps"])


def _evaluation(model: Model) -> dict[str, Any]:
    """What `lectern models evaluate` found; an adapter that was never measured sends everything to review."""
    path = model.adapter / "evaluation.json"
    if not path.exists():
        return {"calibration": {"temperature": 1.0}, "metrics": {}}
    evaluation: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return evaluation
