"""The training loop: seeded, resumable, with a loss line and validation metrics as it goes."""

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch.nn.functional import cross_entropy

from functions.grading.schemas import LABELS
from model_store.errors import DataError
from model_store.recipes.batches import TokenCache, shuffled_batches, tensors, training_reference
from model_store.recipes.data import Example, examples_digest
from model_store.recipes.network import CrossEncoder

CHECKPOINT_STEPS = 100
PROJECTION_STEPS = 50


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data; written into the run record and the card."""

    epochs: int = 7
    restart: int = 4
    """Epochs of the first cycle of the learning rate; the others are a second one."""
    batch_size: int = 16
    learning_rate: float = 1e-4
    warmup: float = 0.1
    weight_decay: float = 0.01
    label_smoothing: float = 0.05
    dropout: float = 0.1
    max_length: int = 192
    rank: int = 32
    """Rank of the adapter: what the weights' change is held to from the middle of training on."""
    seed: int = 20130601


def train(
    network: CrossEncoder,
    examples: Sequence[Example],
    tokens: TokenCache,
    parameters: Parameters,
    run: Path,
    project: Callable[[CrossEncoder], None],
    evaluate: Callable[[CrossEncoder], dict[str, float]],
) -> None:
    """Train `network` in place; a run that was cut short goes on from `run/checkpoint.pt`.

    Every PROJECTION_STEPS from the middle of the first cycle on, `project` takes the weights back to what an adapter
    can hold: iterative hard thresholding (Jain, Meka and Dhillon, 2010), so that the export loses nothing that training
    relied on.

    Raises:
        FloatingPointError: the loss is not a number.
    """
    state = _Training(network, parameters, examples, run)
    while state.epoch < parameters.epochs:
        _epoch(state, examples, tokens, project)
        state.epoch, state.batch = state.epoch + 1, 0
        state.save()
        _record(run, {"epoch": state.epoch, "step": state.step, **evaluate(network)})


class _Training:
    """Network, optimiser, schedule and position: what a checkpoint holds."""

    def __init__(self, network: CrossEncoder, parameters: Parameters, examples: Sequence[Example], run: Path) -> None:
        self.network, self.parameters, self.run = network, parameters, run
        self.identity = {**asdict(parameters), "examples": examples_digest(examples)}
        per_epoch = -(-len(examples) // parameters.batch_size)
        self.steps = parameters.epochs * per_epoch
        self.cycle = min(parameters.restart, parameters.epochs) * per_epoch
        weights = [p for p in network.parameters() if p.requires_grad]
        self.optimiser = torch.optim.AdamW(weights, parameters.learning_rate, weight_decay=parameters.weight_decay)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)
        self.epoch = self.batch = self.step = 0
        if (run / "checkpoint.pt").exists():
            self._load()

    def _rate(self, step: int) -> float:
        """Up and down linearly in each of two cycles: Loshchilov and Hutter (2017), SGDR."""
        start, end = (0, self.cycle) if step < self.cycle else (self.cycle, self.steps)
        place, warmup = (step - start) / max(1, end - start), self.parameters.warmup
        return place / warmup if place < warmup else max(0.0, (1 - place) / (1 - warmup))

    def save(self) -> None:
        state = {
            "identity": self.identity,
            "network": self.network.trainable_state(),
            "optimiser": self.optimiser.state_dict(),
            "schedule": self.schedule.state_dict(),
            "position": (self.epoch, self.batch, self.step),
        }
        torch.save(state, self.run / "checkpoint.tmp")
        (self.run / "checkpoint.tmp").replace(self.run / "checkpoint.pt")

    def _load(self) -> None:
        state: dict[str, Any] = torch.load(self.run / "checkpoint.pt", weights_only=True)
        if state["identity"] != self.identity:
            raise DataError(f"{self.run}/checkpoint.pt was made with other parameters or data; use another run folder")
        self.network.load_state_dict(state["network"], strict=False)
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.load_state_dict(state["schedule"])
        self.epoch, self.batch, self.step = state["position"]


def _epoch(
    state: _Training, examples: Sequence[Example], tokens: TokenCache, project: Callable[[CrossEncoder], None]
) -> None:
    chance = random.Random(f"{state.parameters.seed}/{state.epoch}")
    torch.manual_seed(chance.getrandbits(32))
    rows = [
        (tokens(example.question), tokens(training_reference(example, chance)), tokens(example.answer))
        for example in examples
    ]
    state.network.train()
    started = time.monotonic()
    for number, batch in enumerate(shuffled_batches(rows, state.parameters.batch_size, chance)):
        if number < state.batch:
            continue
        loss = _step(
            state,
            tensors([rows[i] for i in batch], state.parameters.max_length),
            torch.tensor([LABELS.index(examples[i].label) for i in batch]),
        )
        state.batch, state.step = number + 1, state.step + 1
        if state.step % PROJECTION_STEPS == 0 and state.step > state.cycle / 2:
            project(state.network)
        if state.step % CHECKPOINT_STEPS == 0:
            state.save()
            _record(
                state.run, {"step": state.step, "of": state.steps, "loss": loss, "seconds": time.monotonic() - started}
            )


def _step(state: _Training, inputs: dict[str, torch.Tensor], labels: torch.Tensor) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = state.network(**inputs)
    loss = cross_entropy(logits.float(), labels, label_smoothing=state.parameters.label_smoothing)
    if not torch.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss.item()} at step {state.step}; lower the learning rate")
    loss.backward()
    torch.nn.utils.clip_grad_norm_(state.network.parameters(), 1.0)
    state.optimiser.step()
    state.schedule.step()
    state.optimiser.zero_grad()
    return loss.item()


def _record(run: Path, entry: dict[str, float]) -> None:
    line = json.dumps({key: round(value, 4) for key, value in entry.items()})
    print(line, flush=True)
    with (run / "log.jsonl").open("a") as log:
        log.write(line + "\n")
