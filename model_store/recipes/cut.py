"""Structured pruning: fewer layers, heads and feed-forward columns, so that every matrix is really smaller.

A head or a column goes with its rows of the matrices before it and its columns of the one after it. What that costs
is estimated to first order: weight times gradient, summed over a column of the matrix after it, is the loss's
derivative by a gate on that column, and its square the importance (Molchanov et al., 2019, Importance Estimation for
Neural Network Pruning); for heads the gate is that of Michel, Levy and Neubig (2019), Are Sixteen Heads Really Better
than One?
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from model_store.recipes.student import State, Student, depth

_BEFORE_HEADS = [f"attention.self.{name}.{kind}" for name in ("query", "key", "value") for kind in ("weight", "bias")]
_BEFORE_COLUMNS = ["intermediate.dense.weight", "intermediate.dense.bias"]


@dataclass(frozen=True)
class Importance:
    """Of one layer: heads (heads,) and feed-forward columns (columns,); the greater, the more the loss would change."""

    heads: Tensor
    columns: Tensor


def importance(network: Student, losses: Iterable[Tensor]) -> list[Importance]:
    """Importance of every layer's heads and columns, averaged over the losses of several batches."""
    gates: list[tuple[Tensor, Tensor]] = []
    for loss in losses:
        network.zero_grad()
        loss.backward()
        gates.append(_gates(network))
    network.zero_grad()
    heads, columns = (torch.stack([gate[kind] for gate in gates]).square().mean(0).cpu() for kind in (0, 1))
    return [Importance(heads[layer], columns[layer]) for layer in range(network.layers)]


def _gates(network: Student) -> tuple[Tensor, Tensor]:
    """The loss's derivative by a gate on each head (layers, heads) and column (layers, columns)."""
    state = network.state()
    heads, columns = (
        torch.stack([_by_column(state[f"encoder.layer.{layer}.{name}"]) for layer in range(network.layers)])
        for name in ("attention.output.dense.weight", "output.dense.weight")
    )
    return heads.unflatten(1, (-1, network.head_size)).sum(-1), columns


def _by_column(weight: Tensor) -> Tensor:
    assert weight.grad is not None
    return (weight.detach() * weight.grad).sum(0)


def cut_widths(state: State, measured: Sequence[Importance], heads: int, columns: int, head_size: int) -> State:
    """The weights with each layer's `heads` and `columns` most important ones, in their old order.

    Raises:
        ValueError: none would be left.
    """
    if heads < 1 or columns < 1:
        raise ValueError(f"a layer needs heads and columns, not {heads} and {columns}")
    result = dict(state)
    for number, layer in enumerate(measured):
        prefix = f"encoder.layer.{number}."
        kept = _most(layer.heads, heads)
        places = (kept[:, None] * head_size + torch.arange(head_size)).flatten()
        _keep(result, prefix, _BEFORE_HEADS, "attention.output.dense.weight", places)
        _keep(result, prefix, _BEFORE_COLUMNS, "output.dense.weight", _most(layer.columns, columns))
    return result


def keep_layers(state: State, layers: Sequence[int]) -> State:
    """The weights with only these layers, renumbered from 0. Raises ValueError for a layer that is not there."""
    if missing := [layer for layer in layers if not 0 <= layer < depth(state)]:
        raise ValueError(f"layers {missing} of {depth(state)}; they count from 0")
    result = {name: value for name, value in state.items() if not name.startswith("encoder.layer.")}
    for number, layer in enumerate(layers):
        old = f"encoder.layer.{layer}."
        result |= {
            f"encoder.layer.{number}.{name.removeprefix(old)}": v for name, v in state.items() if name.startswith(old)
        }
    return result


def _most(values: Tensor, count: int) -> Tensor:
    return values.topk(min(count, len(values))).indices.sort().values


def _keep(state: State, prefix: str, before: Sequence[str], after: str, places: Tensor) -> None:
    for name in before:
        state[prefix + name] = state[prefix + name][places]
    state[prefix + after] = state[prefix + after][:, places]
