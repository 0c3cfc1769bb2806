"""Distil and prune: a network cut out of a greater one learns to answer like it.

The loss is that of Hinton, Vinyals and Dean (2015), Distilling the Knowledge in a Neural Network: cross-entropy with
the labels, and with the teacher's probabilities at a temperature. The teacher is the network before the cut, or a file
of probabilities by answer, in which an ensemble may speak.
"""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, kl_div, log_softmax, softmax

from model_store.digest import file_digest
from model_store.recipes.answers import Answers, logits, read_answers
from model_store.recipes.cut import cut_widths, importance, keep_layers
from model_store.recipes.data import examples_digest
from model_store.recipes.device import device
from model_store.recipes.engine import Batch, Fit
from model_store.recipes.export import golden_rows, grading_facts
from model_store.recipes.layers import write_layers
from model_store.recipes.recipe import Recipe, Source, Work, head_size_of, weights_of
from model_store.recipes.soft import Soft, read_soft
from model_store.recipes.student import State, Student

IMPORTANCE_BATCHES = 12


@dataclass(frozen=True)
class Parameters:
    """What a student is, and how it learns."""

    layers: str = ""
    """Layers that stay, like 0,2,5; empty: all."""
    heads: int = 12
    columns: int = 1536
    """Heads and feed-forward columns that stay in every layer."""
    batch_size: int = 16
    dropout: float = 0.1
    max_length: int = 192
    temperature: float = 2.0
    gold: float = 0.5
    """Share of the labels in the loss; the rest is the teacher's. 1 asks no teacher."""
    label_smoothing: float = 0.05


def compose(source: Source, parameters: Parameters) -> Work:
    """Cut, and learn from the teacher. Raises DataError, OSError, or ValueError for a layer that is not there."""
    seen, unseen = read_answers(source, parameters.max_length)
    initial = source.initial or source.model.teacher or source.model.adapter
    teacher = Student(weights_of(source.model, initial), head_size_of(source.model)).to(device()).eval()
    network = Student(_cut(teacher, seen, parameters), teacher.head_size, parameters.dropout)
    soft = read_soft(source.soft, source.data, seen.places) if source.soft else None
    learnt = seen.with_made(soft.made) if soft else seen

    def loss(student: nn.Module, batch: Batch) -> Tensor:
        found = logits(student, batch)
        known = (batch["index"] < len(seen.examples)).to(found.device)  # nobody labelled an answer that was made
        hard = cross_entropy(found, batch["labels"], label_smoothing=parameters.label_smoothing, reduction="none")
        gold = (hard * known).mean()
        if parameters.gold == 1:
            return gold
        taught = distillation(found, _taught(teacher, soft, batch), parameters.temperature)
        return parameters.gold * gold + (1 - parameters.gold) * taught

    def export(folder: Path, record: dict[str, Any]) -> None:
        write_layers(folder, network, grading_facts(source.model) | record, golden_rows(seen.tokens))
        print("exported:", unseen.macro_f1(network), flush=True)

    facts = {
        "initial_sha256": file_digest(initial / "adapter.safetensors"),
        "soft_sha256": file_digest(source.soft) if source.soft else "",
        "data_sha256": examples_digest(seen.examples),
    }
    return Work(learnt.training(network, parameters.batch_size, loss, unseen), facts, export)


def distillation(found: Tensor, taught: Tensor, temperature: float) -> Tensor:
    """Divergence of logits (batch, labels) from the teacher's, both softened; its gradients don't shrink with it."""
    soft = kl_div(log_softmax(found / temperature, -1), softmax(taught / temperature, -1), reduction="batchmean")
    return temperature**2 * soft


def _taught(teacher: Student, soft: Soft | None, batch: Batch) -> Tensor:
    """The teacher's logits (batch, labels); of the file, logarithms of its probabilities, which soften alike."""
    if soft is not None:
        return soft.probabilities[batch["index"].cpu()].log().to(batch["labels"].device)
    with torch.no_grad():
        return logits(teacher, batch)


def _cut(teacher: Student, seen: Answers, parameters: Parameters) -> State:
    rows = islice(seen.batches(parameters.batch_size, Random(0)), IMPORTANCE_BATCHES)
    losses = (_plain_loss(teacher, batch) for batch in rows)
    state = {name: value.detach().cpu() for name, value in teacher.state().items()}
    measured = importance(teacher, losses)
    narrow = cut_widths(state, measured, parameters.heads, parameters.columns, teacher.head_size)
    layers = [int(number) for number in parameters.layers.split(",") if number]
    return keep_layers(narrow, layers) if layers else narrow


def _plain_loss(network: Student, batch: Batch) -> Tensor:
    with torch.autocast(device().type, dtype=torch.bfloat16):
        return cross_entropy(logits(network, batch), batch["labels"].to(device()))


DISTIL = Recipe(Parameters(layers="0,2,5"), compose, Fit())
PRUNE = Recipe(Parameters(heads=8, columns=1024), compose, Fit(learning_rate=2e-4))
RECIPE = Recipe(Parameters(layers="0,2,5", heads=8, columns=1024), compose, Fit())
