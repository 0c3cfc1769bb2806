"""Runs of the engine on a network of one matrix, for tests/recipes/test_engine.py; needs torch.

`python -m tests.recipes.engine_program FOLDER killed` dies by SIGKILL in the middle of its second epoch;
`… FOLDER faults` goes on from there, compares with a run that was never cut short, and meets what can go wrong.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn

from model_store.errors import TrainingError
from model_store.recipes.cut import cut_widths, importance, keep_layers
from model_store.recipes.engine import Batch, Fit, Training, fit
from model_store.recipes.student import Student
from tests.build.random_network import network

STEPS = 10
SETTINGS = Fit(epochs=3, cycles=2, average=0.5, checkpoint_steps=3, learning_rate=0.05)
FACTS = {"data_sha256": "0" * 64, "parameters": {"width": 4}}


def training(spoil: Callable[[Tensor], Tensor] = lambda loss: loss) -> Training:
    """Learn the sum of four numbers, through dropout, so that every random number counts."""
    torch.manual_seed(1)
    network = nn.Sequential(nn.Linear(4, 8), nn.Dropout(0.2), nn.Linear(8, 1))

    def batches(epoch: int, chance: Random) -> Iterator[Batch]:
        for _ in range(STEPS):
            values = torch.tensor([[chance.random() for _ in range(4)] for _ in range(8)])
            yield {"values": values, "sum": values.sum(1, keepdim=True)}

    def loss(trained: nn.Module, batch: Batch) -> Tensor:
        return spoil((trained(batch["values"]) - batch["sum"]).square().mean())

    return Training(network, STEPS, batches, loss, lambda trained: {"weight": trained[0].weight.sum().item()})


def run(
    folder: Path, spoil: Callable[[Tensor], Tensor] = lambda loss: loss, facts: dict[str, Any] | None = None
) -> list[float]:
    """The final weights."""
    work = training(spoil)
    fit(work, SETTINGS, facts or FACTS, folder)
    return [value for weight in work.network.parameters() for value in weight.flatten().tolist()]


def after(steps: int, act: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Spoils the loss from a step on."""
    count = iter(range(1, 1_000_000))
    return lambda loss: act(loss) if next(count) >= steps else loss


def refusal(*arguments: Any) -> str:
    """What the engine says."""
    try:
        run(*arguments)
    except TrainingError as error:
        return str(error)
    return "nothing"


def killed(loss: Tensor) -> Tensor:
    os.kill(os.getpid(), signal.SIGKILL)
    return loss


def cuts() -> dict[str, Any]:
    """A network in which one head, some columns and the middle layer do nothing, cut; and what was found of it."""
    torch.manual_seed(2)
    weights = {name: torch.from_numpy(value) for name, value in network(heads=4, columns=20, layers=3).items()}
    for layer in range(3):
        weights[f"encoder.layer.{layer}.attention.output.dense.weight"][:, 8:16] = 0  # the second of four heads
        weights[f"encoder.layer.{layer}.output.dense.weight"][:, 5:12] = 0
    whole = Student(weights, head_size=8)
    rows = {"input_ids": torch.tensor([[3, 14, 15, 9], [2, 7, 1, 0]]), "token_type_ids": torch.zeros(2, 4).long()}
    rows["attention_mask"] = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 0]])
    measured = importance(whole, [whole(**rows).square().mean()])
    narrow = Student(cut_widths(weights, measured, heads=3, columns=13, head_size=8), head_size=8)
    alone = {name: value[1:, :3] for name, value in rows.items()}
    return {
        "least_head": [layer.heads.argmin().item() for layer in measured],
        "idle_columns": [(layer.columns == 0).nonzero().flatten().tolist() for layer in measured],
        "narrow": (narrow(**rows) - whole(**rows)).abs().max().item(),
        "padding": (whole(**rows)[1] - whole(**alone)[0]).abs().max().item(),
        "smaller": sum(w.numel() for w in narrow.parameters()) / sum(w.numel() for w in whole.parameters()),
        "layers": Student(keep_layers(weights, [0, 2]), head_size=8).layers,
        "kept": bool(
            (
                keep_layers(weights, [0, 2])["encoder.layer.1.output.dense.bias"]
                == weights["encoder.layer.2.output.dense.bias"]
            ).all()
        ),
    }


def main() -> None:
    folder, part = Path(sys.argv[1]), sys.argv[2]
    if part == "killed":
        run(folder / "cut", after(18, killed))
    full = folder / "full"
    full.mkdir()
    (full / "checkpoint.pt.tmp").symlink_to("/dev/full")
    broken = folder / "broken"
    broken.mkdir()
    (broken / "checkpoint.pt").write_bytes(b"PK half a file")
    changed = {**FACTS, "data_sha256": "1" * 64}
    found = {
        "whole": run(folder / "whole"),
        "resumed": run(folder / "cut"),
        "nan": refusal(folder / "nan", after(14, lambda loss: loss * float("nan"))),
        "full": refusal(full),
        "broken": refusal(broken),
        "changed": refusal(folder / "whole", lambda loss: loss, changed),
        "cut": cuts(),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
