"""From a trained network to what is committed: an adapter in fp16, its facts, and reference outputs of transformers.

Training changes whole matrices; the adapter keeps the best approximation of each change at a given rank (Eckart and
Young, 1936), in the form of LoRA (Hu et al., 2021): W' ≈ W + B·A.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from functions.grading.schemas import LABELS
from model_store.catalogue import Model
from model_store.recipes.batches import TokenCache, tensors
from model_store.recipes.data import VALIDATION_SHARE
from model_store.recipes.golden import GOLDEN
from model_store.recipes.network import trained

SERVED_LENGTH = 384
"""Tokens that a release accepts; training reads up to its `max_length`, which few answers pass."""


def adapter_tensors(network: nn.Module, base: Path, rank: int) -> dict[str, Tensor]:
    """The network as changes of its base, in fp16, named as `model_store.build.merge` reads them."""
    before, result = load_file(base / "model.safetensors"), {}
    for name, value in trained(network):
        if name.startswith("head."):
            result[name] = value
            continue
        name = name.removeprefix("encoder.")
        change = value - before[name]
        if change.ndim == 1:
            result[f"{name}.delta"] = change
        else:
            layer = name.removesuffix(".weight")
            result[f"{layer}.lora_B"], result[f"{layer}.lora_A"] = low_rank(change, rank)
    return {name: value.half().contiguous() for name, value in result.items()}


def low_rank(change: Tensor, rank: int) -> tuple[Tensor, Tensor]:
    """B (out, rank) and A (rank, in) whose product is nearest to `change` (out, in)."""
    left, sizes, right = torch.linalg.svd(change, full_matrices=False)
    roots = sizes[:rank].sqrt()
    return left[:, :rank] * roots, roots[:, None] * right[:rank]


def apply_adapter(network: nn.Module, base: Path, adapter: dict[str, Tensor]) -> None:
    """Give the network exactly the weights that a build will merge."""
    state = load_file(base / "model.safetensors")
    for name, value in adapter.items():
        layer, _, kind = name.rpartition(".")
        if kind == "lora_A":
            state[f"{layer}.weight"] = state[f"{layer}.weight"] + adapter[f"{layer}.lora_B"].float() @ value.float()
        elif kind == "delta":
            state[layer] = state[layer] + value.float()
    merged = {f"encoder.{name}": value for name, value in state.items()}
    head = {name: value.float() for name, value in adapter.items() if name.startswith("head.")}
    network.load_state_dict(merged | head, strict=False)


def write_adapter(
    folder: Path,
    network: nn.Module,
    adapter: dict[str, Tensor],
    facts: dict[str, Any],
    golden: Sequence[dict[str, Tensor]],
) -> None:
    """Write adapter.safetensors, adapter.json and reference.json; `network` has the adapter applied."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(adapter, folder / "adapter.safetensors")
    write_json(folder / "adapter.json", facts)
    write_json(folder / "reference.json", [reference(network, inputs) for inputs in golden])


def reference(network: nn.Module, inputs: dict[str, Tensor]) -> dict[str, Any]:
    """What a build must come to in float32 for a batch of one row, by the network itself, on the CPU."""
    with torch.inference_mode():
        logits = network.eval()(**inputs)[0]
    return {
        "input_ids": inputs["input_ids"][0].tolist(),
        "token_type_ids": inputs["token_type_ids"][0].tolist(),
        "logits": logits.tolist(),
    }


def write_json(path: Path, content: object) -> None:
    """Write a file of facts. Raises OSError."""
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")


def grading_facts(model: Model) -> dict[str, Any]:
    """What adapter.json says of every grading adapter, beside the facts of its run."""
    return {
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": list(LABELS),
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": "SemEval-2013 Task 7 (Beetle, SciEntsBank), train", "licence": "CC BY-SA 3.0"}],
        "validation_share": VALIDATION_SHARE,
    }


def golden_rows(tokens: TokenCache) -> list[dict[str, Tensor]]:
    """The inputs whose outputs `reference.json` holds, each a batch of one row."""
    return [tensors([(tokens(asked), tokens(right), tokens(said))], max_length=512) for asked, right, said in GOLDEN]
