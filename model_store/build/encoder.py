"""The frozen base as a graph of its own: tokens of one text to their vectors, in fp32 and in int8."""

import hashlib
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import onnx
from safetensors.numpy import load_file

from model_store.build.bare_graphs import encoder_graph
from model_store.build.merge import Weights
from model_store.build.quantise import DEFAULT, quantise
from model_store.catalogue import Base
from model_store.home import home
from model_store.sources import base_folder

LOWER = 2
"""The layers under a grader's cross-encoder, whose vectors the whole encoder gives beside its last ones."""


def base_config(base: Path) -> dict[str, Any]:
    """A base folder's `config.json`."""
    config: dict[str, Any] = json.loads((base / "config.json").read_text("utf-8"))
    return config


def base_weights(base: Path) -> Weights:
    """A base folder's weights by name."""
    weights: Weights = load_file(base / "model.safetensors")
    return weights


def float_encoder(base: Path, depth: int = 0) -> onnx.ModelProto:
    """The fp32 graph of a base's folder: all layers, or the first `depth`, whose vectors are lower and last in one."""
    config, weights = base_config(base), base_weights(base)
    kept = {name: value for name, value in weights.items() if not depth or _layer(name) < depth}
    return encoder_graph(kept, config["num_attention_heads"], config["layer_norm_eps"], 0 if depth else LOWER)


def _layer(name: str) -> int:
    """The layer that a weight belongs to; -1 for those of none."""
    return int(name.split(".")[2]) if name.startswith("encoder.layer.") else -1


def int8_encoder(base: Base, source: str = "", depth: int = 0) -> Path:
    """The int8 encoder of a base or of its first layers, made now or found in the cache. Raises SourceError."""
    tools = [version(tool) for tool in ("onnx", "onnxruntime")]
    files = ("bare_graphs.py", "graph.py", "outliers.py", "quantise.py")
    code = [Path(__file__).with_name(name).read_text("utf-8") for name in files]
    content = repr((base.files, DEFAULT.name, LOWER, depth, tools, code))
    path = home() / "builds" / f"encoder-{hashlib.sha256(content.encode()).hexdigest()[:16]}.onnx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as draft:
            quantise(float_encoder(base_folder(base, source), depth), Path(draft, path.name))
            Path(draft, path.name).replace(path)
    return path
