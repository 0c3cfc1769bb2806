"""Answers from a text: an adapter of low rank and a span head, by SQuAD and questions that are made unanswerable."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from model_store.catalogue import Model
from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import write_adapter
from model_store.recipes.lora import SCALE, begin_with, lora_tensors, take_on
from model_store.recipes.recipe import Recipe, Source, Work, file_digest, tokenizer_of
from model_store.recipes.squad.corpus import Corpus, Mixture
from model_store.recipes.squad.data import DEV_1, DEV_2, TRAIN, Paragraph, is_chosen_on, read_squad, squad_digest
from model_store.recipes.squad.network import SpanNetwork, span_loss
from model_store.recipes.squad.rows import batches, whole_row
from model_store.recipes.squad.validation import Validation
from model_store.sources import base_folder

SERVED_LENGTH = 256
"""Tokens of a window in service, the question's among them."""

GOLDEN = (
    ("How many moons does Mars have?", "Mars has two moons, Phobos and Deimos, which Asaph Hall found in 1877."),
    ("Who found the moons of Venus?", "Mars has two moons, Phobos and Deimos, which Asaph Hall found in 1877."),
    ("Why do leaves turn yellow?", "In autumn a tree takes the chlorophyll out of its leaves, and carotenoids remain."),
    (
        "What does the second law of motion relate to the net force on a body?",
        "Newton published three laws of motion in 1687. The first says that a body at rest stays at rest, and one that "
        "moves goes on moving, unless a force acts on it. The second relates the net force on a body to the rate at "
        "which its momentum changes. The third says that two bodies act on each other with forces that are equal in "
        "size and opposite in direction.",
    ),
)
"""Questions and texts that prove a release: short, long, with and without an answer."""


@dataclass(frozen=True)
class Parameters(Mixture):
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 32
    rank: int = 32
    share: float = 0.25
    """Share of the questions that an epoch sees; the next epoch goes on where it ended."""
    first_question: float = 0.0
    """Where in the order of the questions the first epoch begins, as a share of them."""
    first_seed: int = 20160616
    """Of the weights that begin at random, and of the questions' order."""
    validated: int = 400
    """Questions of each development part that an epoch ends with."""


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on SQuAD's training part. Raises FileNotFoundError or DataError."""
    model, tokenizer = source.model, tokenizer_of(source.model)
    learnt = read_squad(source.data / TRAIN)
    corpus = Corpus(learnt, tokenizer, parameters.first_seed)
    parts = {
        name: [paragraph for paragraph in read_squad(source.data / file) if is_chosen_on(paragraph.title)]
        for name, file in (("v1.1", DEV_1), ("v2.0", DEV_2))
    }
    validation = Validation(parts, tokenizer, parameters.validated)
    torch.manual_seed(parameters.first_seed)
    network = SpanNetwork(base_folder(model.base), parameters.rank)
    if source.initial:
        begin_with(network, model, source.initial)
    count = round(parameters.share * len(corpus.questions))

    def drawn(epoch: int, chance: random.Random) -> Iterator[Batch]:
        first = round(parameters.first_question * len(corpus.questions)) + epoch * count
        return batches(corpus.rows(first, count, parameters, chance), parameters.batch_size, chance)

    steps = -(-count // parameters.batch_size)
    training = Training(network, steps, drawn, span_loss, validation.metrics)
    export = partial(_export, network, source, learnt, parameters.rank)
    begun = {"initial_sha256": file_digest(source.initial / "adapter.safetensors")} if source.initial else {}
    return Work(training, {"data_sha256": squad_digest(learnt), **begun}, export)


def _export(
    network: SpanNetwork, source: Source, learnt: Sequence[Paragraph], rank: int, folder: Path, record: dict[str, Any]
) -> None:
    """Write the adapter; the network takes on the weights that were written."""
    adapter, tokenizer = lora_tensors(network, source.model), tokenizer_of(source.model)
    take_on(network, source.model, adapter)
    facts = {"rank": rank, "alpha": SCALE * rank, **_facts(source.model, learnt), **record}
    write_adapter(folder, network, adapter, facts, [whole_row(tokenizer, *pair) for pair in GOLDEN])


def _facts(model: Model, learnt: Sequence[Paragraph]) -> dict[str, Any]:
    questions = sum(len(paragraph.asked) for paragraph in learnt)
    return {
        "kind": "spans",
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": [],
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": "SQuAD v1.1, train", "licence": "CC BY-SA 4.0"}],
        "parts": {"paragraphs": len(learnt), "questions": questions},
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=4, learning_rate=1e-3, warmup=0.06, average=0.1, checkpoint_steps=50))
