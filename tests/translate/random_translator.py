"""A translator of random weights, large enough to have every part: the names are those that training writes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, INNER, HEADS, VOCABULARY = 16, 24, 2, 30


def random_weights(seed: int = 0) -> dict[str, NDArray[Any]]:
    """Two layers each."""
    chance = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {"words": (VOCABULARY, WIDTH)}
    for kind, attentions in (("encoder", 1), ("decoder", 2)):
        shapes |= {f"{kind}_norm.weight": (WIDTH,), f"{kind}_norm.bias": (WIDTH,)}
        for layer in (f"{kind}.0", f"{kind}.1"):
            for number in range(attentions + 1):
                shapes |= {f"{layer}.norms.{number}.{part}": (WIDTH,) for part in ("weight", "bias")}
            linears = {"wide": (INNER, WIDTH), "narrow": (WIDTH, INNER)}
            for number in range(attentions):
                name = f"attentions.{number}"
                linears |= {f"{name}.query": (WIDTH, WIDTH), f"{name}.out": (WIDTH, WIDTH)}
                linears |= {f"{name}.key_value": (2 * WIDTH, WIDTH)}
            for name, shape in linears.items():
                shapes |= {f"{layer}.{name}.weight": shape, f"{layer}.{name}.bias": shape[:1]}
    return {name: chance.normal(size=shape).astype(np.float32) / 3 for name, shape in shapes.items()}
