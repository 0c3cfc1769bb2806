"""A base's weights with a LoRA adapter merged in: W + (alpha / rank) · B·A (Hu et al., 2021)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from model_store.build.layers import unpack
from model_store.errors import AdapterMismatch

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Adapter:
    """A committed adapter: its tensors and the facts beside them (`adapter.json`)."""

    folder: Path
    facts: dict[str, Any]
    tensors: Weights


def read_adapter(folder: Path) -> Adapter:
    """Read `adapter.json` and `adapter.safetensors`; the tensors become float32. Raises OSError."""
    facts = json.loads((folder / "adapter.json").read_text("utf-8"))
    tensors = load_file(folder / "adapter.safetensors")
    return Adapter(folder, facts, {name: tensor.astype(np.float32) for name, tensor in tensors.items()})


def merge(base: Weights, adapter: Adapter) -> Weights:
    """The base's weights with the adapter's changes added, and the head beside them; or its own layers in their place.

    `NAME.lora_B` · `NAME.lora_A` goes to `NAME.weight`, `NAME.delta` to `NAME` itself (biases and norms).

    Raises:
        AdapterMismatch: the adapter belongs to a base without such a layer, or of another shape.
    """
    if adapter.facts.get("kind") == "layers":
        return unpack(base, adapter.tensors)
    merged = dict(base)
    for name, change in _changes(adapter):
        if name not in base or base[name].shape != change.shape:
            raise AdapterMismatch(f"the adapter changes {name}, which the base lacks or has in another shape")
        merged[name] = base[name] + change
    return merged | {name: tensor for name, tensor in adapter.tensors.items() if name.startswith("head.")}


def product(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    """The matrix product, summed in one order on every CPU: a build gives the same bytes wherever it is made.

    A BLAS adds in the order that suits its kernel; the figures of a release would then be of a file that only the
    machine that measured can build.
    """
    total = np.zeros((len(first), second.shape[1]), dtype=np.float32)
    for column, row in zip(first.T, second, strict=True):
        total += column[:, None] * row
    return total


def _changes(adapter: Adapter) -> Iterator[tuple[str, NDArray[np.float32]]]:
    scale = np.float32(adapter.facts["alpha"] / adapter.facts["rank"])
    for name, tensor in adapter.tensors.items():
        layer, _, kind = name.rpartition(".")
        if kind == "lora_A":
            yield f"{layer}.weight", scale * product(adapter.tensors[f"{layer}.lora_B"], tensor)
        elif kind == "delta":
            yield layer, tensor
