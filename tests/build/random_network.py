"""Random weights of small networks, named as a base's are."""

import numpy as np

from model_store.build.merge import Weights

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
