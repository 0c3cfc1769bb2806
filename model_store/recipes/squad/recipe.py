"""Answers from a text: an adapter of low rank and a span head, by SQuAD and questions that are made unanswerable."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch

from model_store.errors import DataError
from model_store.recipes.engine import Fit, Training
from model_store.recipes.export import write_adapter
from model_store.recipes.recipe import Recipe, Source, Work, begun, tokenizer_of, with_earlier_data
from model_store.recipes.squad.corpus import Corpus
from model_store.recipes.squad.data import DEV_1, DEV_2, TRAIN, Paragraph, Use, read_squad, squad_digest, use_of
from model_store.recipes.squad.epochs import Epochs, Parameters
from model_store.recipes.squad.network import SpanNetwork, span_loss
from model_store.recipes.squad.rows import whole_row
from model_store.recipes.squad.validation import Validation
from model_store.sources import base_folder

TRAIN_NAME, WRITTEN_NAME = "SQuAD v1.1, train", "SQuAD v2.0, articles of the development part"

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
class Learnt:
    """The paragraphs that a run learns from: the training part's, and v2.0's whose questions people wrote."""

    train: list[Paragraph]
    written: list[Paragraph]

    @property
    def digest(self) -> str:
        """SHA-256 over both."""
        return squad_digest([*self.train, *self.written])


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on SQuAD's training part and v2.0's learnt articles. Raises FileNotFoundError or DataError."""
    tokenizer, learnt = tokenizer_of(source.model), _learnt(source.data, parameters)
    chosen = {name: _articles(source.data / file, "chosen on") for name, file in (("v1.1", DEV_1), ("v2.0", DEV_2))}
    validation = Validation(chosen, tokenizer, parameters.validated)
    torch.manual_seed(parameters.first_seed)
    network = parameters.way.prepared(SpanNetwork(base_folder(source.model.base)))
    if source.initial:
        parameters.way.begin(network, source.model, source.initial)
    train, written = (Corpus(part, tokenizer, parameters.first_seed) for part in (learnt.train, learnt.written))
    epochs = Epochs(train, written, parameters)
    training = Training(
        network, epochs.steps, epochs.batches, span_loss, validation.metrics, parameters.way.projection(source.model)
    )
    export = partial(_export, network, source, learnt, parameters)
    return Work(training, {"data_sha256": learnt.digest, **begun(source)}, export)


def _learnt(data: Path, parameters: Parameters) -> Learnt:
    written = _articles(data / DEV_2, "learnt") if parameters.written else []
    if parameters.written and not written:
        raise DataError(f"{DEV_2} has no articles to learn from")
    return Learnt(read_squad(data / TRAIN), written)


def _articles(path: Path, use: Use) -> list[Paragraph]:
    return [paragraph for paragraph in read_squad(path) if use_of(paragraph.title) == use]


def _export(
    network: SpanNetwork, source: Source, learnt: Learnt, parameters: Parameters, folder: Path, record: dict[str, Any]
) -> None:
    """Write the adapter; the network takes on the weights that were written."""
    adapter = parameters.way.final(network, source.model, source.initial, parameters.kept)
    tokenizer = tokenizer_of(source.model)
    facts = {"rank": parameters.rank, "alpha": parameters.way.alpha, **_facts(source, learnt), **record}
    write_adapter(folder, network, adapter, facts, [whole_row(tokenizer, *pair) for pair in GOLDEN])


def _facts(source: Source, learnt: Learnt) -> dict[str, Any]:
    read = {TRAIN_NAME: learnt.train} | ({WRITTEN_NAME: learnt.written} if learnt.written else {})
    return {
        "kind": "spans",
        "base": {"name": source.model.base.name, "sha256": source.model.base.sha256},
        "labels": [],
        "max_length": SERVED_LENGTH,
        "training_data": with_earlier_data([{"name": name, "licence": "CC BY-SA 4.0"} for name in read], source),
        "parts": {
            name: {"paragraphs": len(part), "questions": sum(len(one.asked) for one in part)}
            for name, part in read.items()
        },
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=4, learning_rate=1e-3, warmup=0.06, average=0.1, checkpoint_steps=50))
