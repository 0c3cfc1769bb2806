"""Small networks: random ones, and the base's first layers with two heads and 64 columns."""

import json

import numpy as np
from safetensors.numpy import load_file, save_file

from model_store.build.layers import pack
from model_store.build.merge import Weights
from model_store.catalogue import Model
from model_store.sources import base_folder

LABELS = ["correct", "contradictory", "incorrect"]

HIDDEN, HEADS, WORDS = 32, 4, 50
SIZE = HIDDEN // HEADS


def network(heads: int = 3, columns: int = 20, layers: int = 2) -> Weights:
    """Random weights of a network whose layers have fewer heads than the base."""
    chance = np.random.default_rng(7)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (WORDS, HIDDEN),
        "embeddings.position_embeddings.weight": (16, HIDDEN),
        "embeddings.token_type_embeddings.weight": (2, HIDDEN),
        "head.dense.weight": (HIDDEN, HIDDEN),
        "head.classifier.weight": (3, HIDDEN),
    }
    for number in range(layers):
        layer = f"encoder.layer.{number}."
        shapes |= {f"{layer}attention.self.{name}.weight": (heads * SIZE, HIDDEN) for name in ("query", "key", "value")}
        shapes[f"{layer}attention.output.dense.weight"] = (HIDDEN, heads * SIZE)
        shapes[f"{layer}intermediate.dense.weight"] = (columns, HIDDEN)
        shapes[f"{layer}output.dense.weight"] = (HIDDEN, columns)
    weights = {name: chance.normal(0, 0.3, shape) for name, shape in shapes.items()}
    for name in [n for n in shapes if not n.startswith("embeddings.")]:
        weights[name.replace("weight", "bias")] = chance.normal(0, 0.3, shapes[name][0])
    norms = ["embeddings.", *(f"encoder.layer.{n}.{p}output." for n in range(layers) for p in ("attention.", ""))]
    for norm in norms:
        weights |= {f"{norm}LayerNorm.{kind}": chance.normal(1, 0.1, HIDDEN) for kind in ("weight", "bias")}
    return {name: value.astype(np.float32) for name, value in weights.items()}


def write_thin_adapter(model: Model, layers: int) -> None:
    """An adapter of `model` that holds the base's first layers, narrowed, under a random head."""
    base = load_file(base_folder(model.base) / "model.safetensors")
    kept = tuple(f"encoder.layer.{number}." for number in range(layers))
    weights = {name: value for name, value in base.items() if name.startswith(kept)}
    for layer in kept:
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "intermediate.dense"):
            for kind in ("weight", "bias"):
                weights[f"{layer}{part}.{kind}"] = base[f"{layer}{part}.{kind}"][:64]
        for part in ("attention.output.dense", "output.dense"):
            weights[f"{layer}{part}.weight"] = base[f"{layer}{part}.weight"][:, :64]
    head = np.random.default_rng(3).normal(0, 0.2, (387, 384)).astype(np.float32)
    weights |= {"head.dense.weight": head[:384], "head.classifier.weight": head[384:]}
    weights |= {"head.dense.bias": np.zeros(384, np.float32), "head.classifier.bias": np.zeros(3, np.float32)}
    save_file(pack(weights), model.adapter / "adapter.safetensors")
    data = [{"name": "none", "licence": "none"}]
    facts = {"kind": "layers", "labels": LABELS, "max_length": 384, "training_data": data}
    (model.adapter / "adapter.json").write_text(json.dumps(facts), "utf-8")
