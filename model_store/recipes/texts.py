"""Labels of single texts: an adapter of low rank and a head, for question types, Bloom's levels and sentiment."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import write_adapter
from model_store.recipes.labelled import Texts, span_loss
from model_store.recipes.lora import LabelNetwork
from model_store.recipes.recipe import Recipe, Source, Work, begun, tokenizer_of, with_earlier_data
from model_store.recipes.spans import inputs_of
from model_store.recipes.texts_data import Text, read_texts, texts_digest
from model_store.recipes.ways import Factors, Way, Whole
from model_store.sources import base_folder

SERVED_LENGTH = 256
"""Tokens of a window in service."""

GOLDEN = (
    "Great course!",
    "The labs were badly prepared, and nobody answered our questions for weeks.",
    "How many moons does Jupiter have?",
    "Compare photosynthesis with respiration, and explain which of the two a plant could do without in the dark, why "
    "that is so, and what you would measure in a closed jar to convince somebody who believes the opposite.",
)
"""Texts that prove a release: short, long, glad, cross, a question."""


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 32
    label_smoothing: float = 0.05
    dropout: float = 0.1
    max_length: int = 96
    rank: int = 12
    first_seed: int = 20130601
    """Of the weights that begin at random."""
    kept: float = 0.0
    """Share that the adapter which the run begins with keeps in the weights that are written."""
    phrases: float = 0.0
    """Share of the phrases that an epoch sees on their own, beside the texts that hold them."""
    as_written: float = 0.0
    """Share of the training texts that a step sees as people write them, not as the corpus is tokenised."""
    whole: bool = False
    """Whether whole matrices are trained, with as much dropout in the encoder as before the head."""

    @property
    def way(self) -> Way:
        """How the encoder is trained."""
        return Whole(self.rank, self.dropout) if self.whole else Factors(self.rank)


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on the texts of the model's set, apart from those kept for development. Raises as `read_texts`."""
    model, facts = source.model, source.model.texts
    if facts is None:
        raise ValueError(f"the catalogue says of no texts that {model.name} learns from")
    texts, tokenizer = read_texts(facts.set, source.data), tokenizer_of(model)
    learnt, held = (
        Texts([text for text in texts if text.held == kept], model.labels, tokenizer, parameters.max_length)
        for kept in (False, True)
    )
    torch.manual_seed(parameters.first_seed)
    bare = LabelNetwork(base_folder(model.base), len(model.labels), parameters.dropout, len(learnt.finer))
    network = parameters.way.prepared(bare)
    if source.initial:
        parameters.way.begin(network, model, source.initial)

    def loss(trained: nn.Module, batch: Batch) -> Tensor:
        return span_loss(trained, batch, parameters.label_smoothing)

    def batches(_: int, chance: random.Random) -> Iterator[Batch]:
        return learnt.batches(parameters.batch_size, chance, alone, parameters.as_written)

    pieces = sum(text.phrase for text in learnt.texts)
    alone = round(parameters.phrases * pieces)
    steps = -(-(len(learnt.texts) - pieces + alone) // parameters.batch_size)
    training = Training(network, steps, batches, loss, held.metrics, parameters.way.projection(model))
    export = partial(_export, network, source, learnt, held, parameters)
    return Work(training, {"data_sha256": texts_digest(texts), **begun(source)}, export)


def _export(
    network: LabelNetwork,
    source: Source,
    learnt: Texts,
    held: Texts,
    parameters: Parameters,
    folder: Path,
    record: dict[str, Any],
) -> None:
    """Write the adapter; the network takes on the weights that were written."""
    adapter = parameters.way.final(network, source.model, source.initial, parameters.kept)
    facts = {"rank": parameters.rank, "alpha": parameters.way.alpha, **_facts(source, learnt, held), **record}
    golden = [inputs_of([row]) for row in held.rows([Text(text, "") for text in GOLDEN])]
    write_adapter(folder, network, adapter, facts, golden)
    print("exported:", held.metrics(network), flush=True)


def _facts(source: Source, learnt: Texts, held: Texts) -> dict[str, Any]:
    model = source.model
    own = [{"name": model.texts.name, "licence": model.texts.licence}] if model.texts else []
    return {
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": list(model.labels),
        "max_length": SERVED_LENGTH,
        "training_data": with_earlier_data(own, source),
        "parts": {"learnt": len(learnt.texts), "kept": len(held.texts)},
        "classes": dict(Counter(text.label for text in learnt.texts)),
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=3, learning_rate=1e-3, checkpoint_steps=200))
