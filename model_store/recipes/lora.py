"""Low-rank adaptation of a network's linear layers: what is trained is exactly what is committed.

Hu et al. (2021), LoRA: W' = W + (alpha / rank) · B·A, with W frozen and B zero at the start. Biases and norms are
trained as they are: they are small.
"""

import math
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import linear

from model_store.catalogue import Model
from model_store.recipes.network import CrossEncoder, Network, trained
from model_store.sources import base_folder

SCALE = 2
"""alpha / rank."""


class LowRank(nn.Module):
    """A linear layer with a frozen matrix, a change of it of low rank, and its own bias."""

    def __init__(self, whole: nn.Linear, rank: int) -> None:
        super().__init__()
        self.frozen, self.bias = whole.weight.requires_grad_(False), whole.bias
        self.lora_A = nn.Parameter(torch.empty(rank, whole.in_features))
        self.lora_B = nn.Parameter(torch.zeros(whole.out_features, rank))
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))

    def forward(self, value: Tensor) -> Tensor:
        """(…, in) → (…, out)."""
        return linear(value, self.frozen, self.bias) + SCALE * linear(linear(value, self.lora_A), self.lora_B)


class LabelNetwork(CrossEncoder):
    """The encoder with a head, and while it learns with another one for `finer` labels, where there are any."""

    def __init__(self, base: Path, labels: int, dropout: float, finer: int) -> None:
        super().__init__(base, labels, dropout)
        self.finer = nn.Linear(self.encoder.config.hidden_size, finer) if finer else None


def lowered(network: Network, rank: int) -> Network:
    """The same network with every linear layer of its `encoder` a LowRank, which begins by torch's chance.

    Dropout is before the head alone: so few weights hardly overfit.
    """
    plainly(network, dropout=0.0)
    for parent, name, layer in list(_linears(network.encoder)):
        setattr(parent, name, LowRank(layer, rank))
    return network


def plainly(network: Network, dropout: float) -> Network:
    """The same network with this dropout in its encoder, and with plain attention.

    The fused one's backward pass in bfloat16 takes a third of a step on a CPU.
    """
    network.encoder.set_attn_implementation("eager")
    for module in network.encoder.modules():
        if isinstance(module, nn.Dropout):
            module.p = dropout
    return network


def lora_tensors(network: nn.Module, model: Model) -> dict[str, Tensor]:
    """What was trained, in fp16, named as `model_store.build.merge` reads it."""
    before = load_file(base_folder(model.base) / "model.safetensors")
    result = {}
    for name, value in trained(network):
        if name.startswith("head.") or ".lora_" in name:
            result[name.removeprefix("encoder.")] = value
        else:
            name = name.removeprefix("encoder.")
            result[f"{name}.delta"] = value - before[name]
    return {name: value.half().contiguous() for name, value in result.items()}


def take_on(network: nn.Module, model: Model, adapter: dict[str, Tensor]) -> None:
    """Give the network exactly the weights that a build will merge: those of the adapter, rounded as it is."""
    before = load_file(base_folder(model.base) / "model.safetensors")
    for name, value in trained(network):
        short = name if name.startswith("head.") else name.removeprefix("encoder.")
        rounded = adapter[short] if short in adapter else before[short] + adapter[f"{short}.delta"].float()
        value.copy_(rounded.float())


def final_tensors(
    network: nn.Module, model: Model, initial: Path | None = None, kept: float = 0.0
) -> dict[str, Tensor]:
    """What a run writes: what was trained, with a share `kept` of the adapter that it began with, if any.

    The network takes on the weights that are written. Raises OSError, or RuntimeError for an adapter of another rank.
    """
    adapter = lora_tensors(network, model)
    if kept and initial:
        adapter = _between(adapter, load_file(initial / "adapter.safetensors"), kept)
    take_on(network, model, adapter)
    return adapter


def _between(adapter: dict[str, Tensor], before: dict[str, Tensor], kept: float) -> dict[str, Tensor]:
    """The means of both: Wortsman et al. (2022), WiSE-FT.

    The factors are mixed, not their products, which is the same to first order for what is as near as a run's ends.
    """
    return {name: ((1 - kept) * now.float() + kept * before[name].float()).half() for name, now in adapter.items()}


def begin_with(network: nn.Module, model: Model, adapter: Path) -> None:
    """Give the network the weights of an adapter of low rank; a head that the adapter lacks, or has for other labels,
    begins anew, and a lower rank grows to the network's.

    Raises OSError, KeyError for an adapter of another kind, or RuntimeError for one of a higher rank.
    """
    tensors = load_file(adapter / "adapter.safetensors")
    known = {name.removeprefix("encoder."): value for name, value in trained(network)}
    heads = {name: value for name, value in known.items() if name.startswith("head.")}
    anew = {name: value for name, value in heads.items() if _shape(tensors, name) != value.shape}
    grown = {name: _grown(value, known[name]) for name, value in tensors.items() if ".lora_" in name}
    take_on(network, model, tensors | anew | grown)


def _shape(tensors: dict[str, Tensor], name: str) -> torch.Size | None:
    return tensors[name].shape if name in tensors else None


def _grown(factor: Tensor, fresh: Tensor) -> Tensor:
    """A factor with the rest of a fresh one of higher rank: B begins with zeros, so that the product stays."""
    if any(have > wanted for have, wanted in zip(factor.shape, fresh.shape, strict=True)):
        return factor
    result = fresh.to(factor.dtype, copy=True)
    result[tuple(map(slice, factor.shape))] = factor
    return result


def _linears(network: nn.Module) -> Iterator[tuple[nn.Module, str, nn.Linear]]:
    for parent in network.modules():
        for name, child in parent.named_children():
            if isinstance(child, nn.Linear):
                yield parent, name, child
