"""Where a training run is: what a checkpoint holds, and how it is written so that no half one is ever read."""

import errno
import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_store.errors import TrainingError

CHECKPOINT = "checkpoint.pt"


@dataclass
class State:
    """Position, weights, optimiser, running mean of the weights, and what was told so far."""

    network: nn.Module
    optimiser: torch.optim.Optimizer
    weights: dict[str, nn.Parameter]
    epoch: int = 0
    batch: int = 0
    """Batches of this epoch that are done."""
    step: int = 0
    mean: dict[str, Tensor] = field(default_factory=dict)
    averaged_steps: int = 0
    history: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, network: nn.Module, optimiser: torch.optim.Optimizer) -> "State":
        """The beginning."""
        weights = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        return cls(network, optimiser, weights)

    def average(self) -> None:
        """Take the present weights into the running mean."""
        self.averaged_steps += 1
        for name, weight in self.weights.items():
            value = weight.detach()
            mean = self.mean.setdefault(name, value.clone())
            mean += (value - mean) / self.averaged_steps

    def use_average(self) -> None:
        """Put the running mean, where there is one, in the place of the weights."""
        with torch.no_grad():
            for name, mean in self.mean.items():
                self.weights[name].copy_(mean)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The running mean in the place of the weights for a while."""
        before = {name: self.weights[name].detach().clone() for name in self.mean}
        self.use_average()
        try:
            yield
        finally:
            with torch.no_grad():
                for name, value in before.items():
                    self.weights[name].copy_(value)


def save(state: State, facts: Mapping[str, Any], run: Path) -> None:
    """Write the checkpoint, all or nothing. Raises TrainingError naming the file, for example on a full disk."""
    buffer = io.BytesIO()
    torch.save(_content(state, facts), buffer)
    write_whole(run / CHECKPOINT, buffer.getvalue())


def load(state: State, facts: Mapping[str, Any], run: Path) -> None:
    """Go to where the checkpoint in `run` was, if there is one.

    Raises:
        TrainingError: it is of other parameters or data, or unreadable.
    """
    path = run / CHECKPOINT
    if not path.exists():
        return
    try:
        content = torch.load(path, weights_only=True, map_location="cpu")
    except Exception as error:  # torch raises what pickle, zipfile and the file system do
        raise TrainingError(f"{path} is unreadable; remove it to start again") from error
    _check_same(json.loads(content["facts"]), json.loads(_canonical(facts)), path)
    with torch.no_grad():
        for name, value in content["weights"].items():
            state.weights[name].copy_(value)
    state.optimiser.load_state_dict(content["optimiser"])
    state.epoch, state.batch, state.step, state.averaged_steps = content["position"]
    state.mean = {name: value.to(state.weights[name].device) for name, value in content["mean"].items()}
    state.history = json.loads(content["history"])
    own, *gpus = content["chance"]
    torch.set_rng_state(own)
    torch.cuda.set_rng_state_all(gpus)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file all or nothing. Raises TrainingError naming the file."""
    draft = path.with_name(f"{path.name}.tmp")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    except OSError as error:
        hint = "; what was saved before is whole" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else ""
        raise TrainingError(f"{path}: {os.strerror(error.errno or 0)}{hint}") from error


def _content(state: State, facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "facts": _canonical(facts),
        "weights": {name: weight.detach() for name, weight in state.weights.items()},
        "optimiser": state.optimiser.state_dict(),
        "position": (state.epoch, state.batch, state.step, state.averaged_steps),
        "mean": state.mean,
        "history": json.dumps(state.history),
        "chance": [torch.get_rng_state(), *torch.cuda.get_rng_state_all()],
    }


def _canonical(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, sort_keys=True)


def _check_same(then: dict[str, Any], now: dict[str, Any], path: Path) -> None:
    old, new = _flat(then), _flat(now)
    if changed := [name for name in sorted(old | new) if old.get(name) != new.get(name)]:
        told = ", ".join(f"{name} ({old.get(name)} then, {new.get(name)} now)" for name in changed)
        raise TrainingError(f"{path} was made with other parameters or data: {told}; use another run folder")


def _flat(facts: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in facts.items():
        flat |= _flat(value) if isinstance(value, Mapping) else {name: value}
    return flat
