"""Fits any network: seeded, resumable, on a GPU where there is one, with a record of what happened.

A run is a folder: `checkpoint.pt`, `record.json`, `curves.svg`. Started again with the same parameters and data it goes
on from its checkpoint and ends with the same weights as a run that was never cut short.
"""

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_store.errors import TrainingError
from model_store.recipes.device import device, has_bfloat16
from model_store.recipes.progress import State, load, save
from model_store.recipes.record import write_record

Batch = Mapping[str, Tensor]
Loss = Callable[[nn.Module, Batch], Tensor]
Projection = Callable[[nn.Module], None]


@dataclass(frozen=True)
class Fit:
    """How a network is fitted, whatever it is."""

    epochs: int = 3
    cycles: int = 1
    """Equal cycles of the learning rate: Loshchilov and Hutter (2017), SGDR."""
    learning_rate: float = 3e-4
    warmup: float = 0.1
    """Share of a cycle in which the rate rises; then it falls to zero, both linearly."""
    weight_decay: float = 0.01
    average: float = 0.0
    """Share of the steps, the last, whose mean weights are kept: Izmailov et al. (2018), SWA. 0: the last alone."""
    checkpoint_steps: int = 100
    seed: int = 20130601


@dataclass(frozen=True)
class Training:
    """What is fitted, composed by a recipe.

    `batches(epoch, chance)` gives `steps` batches and draws on nothing but `chance`; `loss` is a mean over one batch;
    `evaluate` gives metrics by name; `project`, where given, takes the weights back to an allowed set, every
    PROJECTION_STEPS from the middle of the first cycle on.
    """

    network: nn.Module
    steps: int
    batches: Callable[[int, random.Random], Iterator[Batch]]
    loss: Loss
    evaluate: Callable[[nn.Module], dict[str, float]]
    project: Projection | None = None


PROJECTION_STEPS = 50


def fit(training: Training, settings: Fit, facts: Mapping[str, Any], run: Path, stop: int = 0) -> None:
    """Fit `training.network` in place; `facts` (parameters, data digest) say whose checkpoint this is.

    With `stop` the fit ends after so many of its epochs, as at the end of a cycle; the run can go on later.

    Raises:
        TrainingError: the loss is not a number (names the step), a file can't be written (names it), or `run` holds the
            checkpoint of other parameters or data (names what differs), or one behind `stop`.
    """
    run.mkdir(parents=True, exist_ok=True)
    facts = {**facts, "fit": asdict(settings)}
    network = training.network.to(device())
    state = State.of(network, torch.optim.AdamW(_trained(network), weight_decay=settings.weight_decay, fused=True))
    load(state, facts, run)
    if stop and (state.epoch, state.batch) > (stop, 0):
        raise TrainingError(f"{run} is past epoch {stop} already, at step {state.step}")
    while state.epoch < min(settings.epochs, stop or settings.epochs):
        _epoch(training, settings, facts, state, run)
    write_record(run, facts, state.history, finished=state.epoch >= settings.epochs)
    state.use_average()
    network.cpu().eval()


def rate(step: int, steps: int, settings: Fit) -> float:
    """The learning rate of a step (from 0) out of `steps`."""
    length = steps / settings.cycles
    place = (step % length + 1) / length
    rising, falling = place / max(settings.warmup, 1e-9), (1 - place) / max(1 - settings.warmup, 1e-9)
    return settings.learning_rate * max(0.0, min(rising, falling))


def _epoch(training: Training, settings: Fit, facts: Mapping[str, Any], state: State, run: Path) -> None:
    chance = random.Random(f"{settings.seed}/{state.epoch}")
    seed = chance.getrandbits(32)
    if not state.batch:  # else the checkpoint's own random numbers go on
        torch.manual_seed(seed)
    steps, losses, started = settings.epochs * training.steps, [], time.monotonic()
    training.network.train()
    for number, batch in enumerate(training.batches(state.epoch, chance)):
        if number < state.batch:
            continue
        losses.append(_step(training, batch, rate(state.step, steps, settings), state))
        state.batch, state.step = number + 1, state.step + 1
        if training.project and state.step % PROJECTION_STEPS == 0 and state.step > steps / settings.cycles / 2:
            training.project(training.network)
        if state.step > steps * (1 - settings.average):
            state.average()
        if state.step % settings.checkpoint_steps == 0:
            _tell(state, steps, losses, time.monotonic() - started)
            save(state, facts, run)
            losses, started = [], time.monotonic()
    _finish_epoch(training, facts, state, run)


def _step(training: Training, batch: Batch, learning_rate: float, state: State) -> float:
    batch = {name: value.to(device()) for name, value in batch.items()}
    with torch.autocast(device().type, dtype=torch.bfloat16, enabled=has_bfloat16()):
        loss = training.loss(training.network, batch)
    value = float(loss.detach())
    if not math.isfinite(value):
        where = f"at step {state.step + 1} (epoch {state.epoch + 1}, batch {state.batch + 1})"
        raise TrainingError(f"the loss is {value} {where}; lower the learning rate, or look at that batch")
    for group in state.optimiser.param_groups:
        group["lr"] = learning_rate
    loss.backward()
    nn.utils.clip_grad_norm_(_trained(training.network), 1.0)
    state.optimiser.step()
    state.optimiser.zero_grad()
    return value


def _finish_epoch(training: Training, facts: Mapping[str, Any], state: State, run: Path) -> None:
    state.epoch, state.batch = state.epoch + 1, 0
    with state.averaged():
        training.network.eval()
        with torch.inference_mode():
            metrics = {name: round(value, 4) for name, value in training.evaluate(training.network).items()}
    state.history.append({"epoch": state.epoch, "step": state.step, "metrics": metrics})
    print(f"epoch {state.epoch}: {metrics}", flush=True)
    save(state, facts, run)
    write_record(run, facts, state.history, finished=False)


def _tell(state: State, steps: int, losses: list[float], seconds: float) -> None:
    loss = sum(losses) / len(losses)
    state.history.append({"step": state.step, "loss": round(loss, 4)})
    print(f"step {state.step}/{steps}  loss {loss:.4f}  {seconds / len(losses):.2f} s a step", flush=True)


def _trained(network: nn.Module) -> list[nn.Parameter]:
    return [weight for weight in network.parameters() if weight.requires_grad]
