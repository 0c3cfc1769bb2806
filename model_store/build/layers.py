"""An adapter of kind `layers`: whole layers in int8 over the base's own embeddings.

Each matrix is int8 with one float scale per output row, symmetric: w ≈ scale · q. The grid is that of the quantiser's
reduced range, so that a build by the default scheme comes to these very integers again.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model_store.errors import AdapterMismatch

Tensors = dict[str, NDArray[Any]]

GREATEST = 64
"""Two products with unsigned 8-bit activations fit 16 bits: 2 · 64 · 255 < 2¹⁵."""

SCALE = ".scale"


def pack(weights: Tensors) -> Tensors:
    """Matrices as int8 (out, in) and scales (out,), vectors in float16; the embeddings are left out."""
    packed: Tensors = {}
    for name, value in weights.items():
        if name.startswith("embeddings."):
            continue
        if value.ndim == 1:
            packed[name] = value.astype(np.float16)
            continue
        scale = np.maximum(np.abs(value).max(axis=1), 1e-8).astype(np.float32) / GREATEST
        packed[name] = np.rint(value / scale[:, None]).astype(np.int8)
        packed[name + SCALE] = scale
    return packed


def unpack(base: Tensors, packed: Tensors) -> Tensors:
    """The base's embeddings under the adapter's layers and head, in float32.

    Raises:
        AdapterMismatch: a matrix lacks its scales, or is as wide as no base's.
    """
    weights = {name: value for name, value in base.items() if name.startswith("embeddings.")}
    hidden = base["embeddings.word_embeddings.weight"].shape[1]
    for name, value in packed.items():
        fits = name + SCALE in packed and (hidden in value.shape or name.startswith("head."))
        if value.ndim == 2 and not fits:
            raise AdapterMismatch(f"{name} of the adapter has no scales or not the width of the base, {hidden}")
    return weights | floats(packed)


def floats(packed: Tensors) -> Tensors:
    """What was packed, in float32: matrices by their scales, vectors as they are."""
    whole = {name: value.astype(np.float32) for name, value in packed.items() if not name.endswith(SCALE)}
    return {
        n: v * packed[n + SCALE].astype(np.float32)[:, None] if n + SCALE in packed else v for n, v in whole.items()
    }
