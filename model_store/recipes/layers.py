"""From a trained student to an adapter of kind `layers`: int8 matrices, facts, and reference outputs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import save_file
from torch import Tensor

from model_store.build.layers import pack, unpack
from model_store.recipes.export import reference, write_json
from model_store.recipes.student import Student


def write_layers(folder: Path, network: Student, facts: dict[str, Any], golden: Sequence[dict[str, Tensor]]) -> None:
    """Write adapter.safetensors, adapter.json and reference.json; the network takes on the weights that were written.

    Raises:
        OSError: a file can't be written.
    """
    state = {name: value.detach().cpu().numpy() for name, value in network.state().items()}
    packed = pack(state)
    with torch.no_grad():
        written = unpack(state, packed)
        for name, weight in zip(network.names, network.weights, strict=True):
            weight.copy_(torch.from_numpy(written[name]))
    folder.mkdir(parents=True, exist_ok=True)
    save_file(packed, folder / "adapter.safetensors")
    write_json(folder / "adapter.json", {"kind": "layers", **facts})
    write_json(folder / "reference.json", [reference(network, inputs) for inputs in golden])
