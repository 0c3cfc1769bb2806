"""Semantic roles: an adapter of low rank with a head that finds predicates, and the arguments of a marked one.

Shi and Lin (2019), Simple BERT Models for Relation Extraction and Semantic Role Labeling, with the mark above the lower
layers (`roles_network`).
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from functions.roles.rows import WordReader
from model_store.build.roles import TRANSITIONS, read_transitions
from model_store.catalogue import Model
from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import write_adapter
from model_store.recipes.lora import SCALE, begin_with, final_tensors, lowered
from model_store.recipes.recipe import Recipe, Source, Work, begun, tokenizer_of
from model_store.recipes.roles_chain import sequence_loss
from model_store.recipes.roles_data import Sentence, read_sentences, sentences_digest
from model_store.recipes.roles_network import RoleNetwork
from model_store.recipes.roles_reading import held_metrics
from model_store.recipes.roles_rows import (
    NOTHING,
    SYNTAX,
    Example,
    Names,
    batches_of,
    cut_batches,
    example,
    names_of,
)
from model_store.recipes.roles_transitions import tag_transitions
from model_store.sources import base_folder

SERVED_LENGTH = 256
"""Tokens of a sentence in service."""

GOLDEN = (
    "They gave every student a second chance .",
    "I did n't know that she has already decided to leave .",
)
"""Sentences that prove a release, in words: each without a mark, and with its second word marked."""


WATCHED = 3
"""Every so many of the development sentences are read after an epoch; `lectern models evaluate roles` reads all."""


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    batch_tokens: int = 1800
    """Tokens that a step reads, all readings of its sentences together."""
    dropout: float = 0.2
    max_length: int = 128
    """Tokens of the longest sentence that is learnt."""
    rank: int = 16
    lower: int = 2
    """Layers below the mark: the more, the less a step has to read, and the less the network asks of a predicate."""
    masked: float = 0.05
    """Share of the words, predicates apart, that a step can't read."""
    syntax: float = 0.3
    """Weight of what is learnt on the side, from the syntax of the treebank."""
    sequences: int = 1
    """1: a reading's tags are learnt as one sequence, and the chain over tags with them; 0: each tag by itself."""
    first_seed: int = 20130601
    """Of the weights that begin at random."""
    kept: float = 0.0
    """Share that the adapter which the run begins with keeps in the weights that are written."""


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on the training sentences; those for development are kept apart. Raises DataError."""
    model, sentences = source.model, read_sentences(source.data)
    learnt = [sentence for sentence in sentences if not sentence.held]
    held = [sentence for sentence in sentences if sentence.held]
    names, reader = names_of(learnt), WordReader(tokenizer_of(model))
    examples = _examples(learnt, reader, names, parameters.max_length)
    torch.manual_seed(parameters.first_seed)
    sizes = len(names.roles), parameters.dropout, len(names.tags), len(names.relations)
    network = lowered(RoleNetwork(base_folder(model.base), parameters.lower, *sizes), parameters.rank)
    chain = _chain(tag_transitions(learnt, names.roles), source.initial)
    if source.initial:
        begin_with(network, model, source.initial)
    network.chain.data.copy_(torch.from_numpy(chain))

    def batches(_: int, chance: random.Random) -> Iterator[Batch]:
        return cut_batches(examples, parameters.batch_tokens, chance, parameters.masked)

    steps = len(batches_of(examples, parameters.batch_tokens, random.Random(0)))
    metrics = partial(held_metrics, sentences=held[::WATCHED], reader=reader, roles=names.roles)
    loss = partial(role_loss, side=parameters.syntax, sequences=bool(parameters.sequences))
    training = Training(network, steps, batches, loss, metrics)
    facts = {
        "rank": parameters.rank,
        "alpha": SCALE * parameters.rank,
        "lower": parameters.lower,
        **_facts(model, names.roles, len(examples), len(held)),
    }
    export = partial(_export, network, source, parameters.kept, metrics, reader, chain, facts)
    return Work(training, {"data_sha256": sentences_digest(sentences), **begun(source)}, export)


def _chain(counted: NDArray[np.float64], initial: Path | None) -> NDArray[np.float64]:
    """What a run's chain begins as: the initial adapter's; the counted one where that has none, or for other labels."""
    if initial is None or not (initial / TRANSITIONS).exists():
        return counted
    learnt = np.array(read_transitions(initial))
    return learnt if learnt.shape == counted.shape else counted


def role_loss(network: nn.Module, batch: Batch, side: float, sequences: bool) -> Tensor:
    """Cross-entropy of the tags, of each or of whole `sequences`, mean over the words of marked readings, and of
    predicates, mean over all words.
    """
    hidden = network.vectors(*(batch[name] for name in ("input_ids", "attention_mask", "rows", "marks")))
    scores = network.classify(hidden, batch["marks"]).float()
    tags, predicates = batch["tags"], batch["predicates"]
    words = predicates != NOTHING
    loss = binary_cross_entropy_with_logits(scores[..., 0][words], predicates[words].float())
    if (tags != NOTHING).any():
        loss = loss + _tag_loss(network, scores[..., 1:], batch, sequences)
    return loss + side * _syntax_loss(network, hidden[: len(batch["input_ids"])], batch)


def _tag_loss(network: nn.Module, scores: Tensor, batch: Batch, sequences: bool) -> Tensor:
    if sequences:
        return sequence_loss(scores, batch["tags"], batch["marks"], network.chain)
    return cross_entropy(scores.flatten(0, 1), batch["tags"].flatten(), ignore_index=NOTHING)


def _syntax_loss(network: nn.Module, hidden: Tensor, batch: Batch) -> Tensor:
    """Mean over words of the cross-entropies of what SYNTAX names; 0 where no word's syntax is told."""
    if not (batch[SYNTAX[0]] != NOTHING).any():
        return hidden.new_zeros(())
    tags, relations, parents = (scores.float() for scores in network.syntax(hidden))
    parents = parents.masked_fill(batch["attention_mask"][:, None, :] == 0, -1e4)
    pairs = zip((tags, relations, parents), (batch[name] for name in SYNTAX), strict=True)
    losses = [cross_entropy(found.flatten(0, 1), gold.flatten(), ignore_index=NOTHING) for found, gold in pairs]
    return torch.stack(losses).sum()


def _export(
    network: RoleNetwork,
    source: Source,
    kept: float,
    metrics: Any,
    reader: WordReader,
    chain: NDArray[np.float64],
    known: dict[str, Any],
    folder: Path,
    record: dict[str, Any],
) -> None:
    """Write the adapter; the network takes on the weights that were written. `chain` is what its own began as."""
    adapter = final_tensors(network, source.model, source.initial, kept)
    network.chain.data.lerp_(torch.from_numpy(chain).float(), kept)
    transitions = [[round(value, 2) for value in row] for row in network.chain.tolist()]
    write_adapter(folder, network, adapter, known | record, [row for text in GOLDEN for row in _golden(text, reader)])
    (folder / TRANSITIONS).write_text(json.dumps(transitions) + "\n", "utf-8")
    print("exported:", metrics(network), flush=True)


def _golden(text: str, reader: WordReader) -> Iterator[dict[str, Tensor]]:
    row = reader.row(text.split())
    ids = torch.tensor([row.input_ids])
    for mark in ([], [row.firsts[1]]):
        types = torch.zeros_like(ids)
        types[0, mark] = 1
        yield {"input_ids": ids, "token_type_ids": types, "attention_mask": torch.ones_like(ids)}


def _examples(sentences: Sequence[Sentence], reader: WordReader, names: Names, longest: int) -> list[Example]:
    known = [example(sentence, reader.row(sentence.words), names) for sentence in sentences]
    return [one for one in known if len(one.row.input_ids) <= longest]


def _facts(model: Model, roles: Sequence[str], learnt: int, kept: int) -> dict[str, Any]:
    return {
        "kind": "roles",
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": list(roles),
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": "PropBank on the English Web Treebank, train", "licence": "CC BY-SA 4.0"}],
        "parts": {"learnt": learnt, "kept": kept},
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=5, learning_rate=1e-3, checkpoint_steps=100))
