"""Semantic roles: an adapter of low rank with a head that finds predicates, and the arguments of a marked one.

Shi and Lin (2019), Simple BERT Models for Relation Extraction and Semantic Role Labeling, with the mark above the lower
layers (`roles_network`).
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from functions.roles.decoding import best_spans
from functions.roles.rows import WordReader
from model_store.catalogue import Model
from model_store.recipes.engine import Batch, Fit, Training, device
from model_store.recipes.export import write_adapter
from model_store.recipes.lora import SCALE, begin_with, lora_tensors, lowered, take_on
from model_store.recipes.recipe import Recipe, Source, Work, file_digest, tokenizer_of
from model_store.recipes.roles_data import Sentence, read_sentences, roles_of, sentences_digest
from model_store.recipes.roles_network import LOWER, RoleNetwork
from model_store.recipes.roles_rows import NOTHING, Example, batches_of, cut_batches, example, padded
from model_store.roles_metrics import Argument, Tally, argument_tally, predicate_tally
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
    dropout: float = 0.1
    max_length: int = 128
    """Tokens of the longest sentence that is learnt."""
    rank: int = 16
    first_seed: int = 20130601
    """Of the weights that begin at random."""


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on the training sentences; those for development are kept apart. Raises DataError."""
    model, sentences = source.model, read_sentences(source.data)
    learnt = [sentence for sentence in sentences if not sentence.held]
    held = [sentence for sentence in sentences if sentence.held]
    roles, reader = roles_of(learnt), WordReader(tokenizer_of(model))
    examples = _examples(learnt, reader, roles, parameters.max_length)
    torch.manual_seed(parameters.first_seed)
    network = lowered(RoleNetwork(base_folder(model.base), len(roles), parameters.dropout), parameters.rank)
    if source.initial:
        begin_with(network, model, source.initial)

    def batches(_: int, chance: random.Random) -> Iterator[Batch]:
        return cut_batches(examples, parameters.batch_tokens, chance)

    steps = len(batches_of(examples, parameters.batch_tokens, random.Random(0)))
    metrics = partial(held_metrics, sentences=held[::WATCHED], reader=reader, roles=roles)
    training = Training(network, steps, batches, role_loss, metrics)
    begun = {"initial_sha256": file_digest(source.initial / "adapter.safetensors")} if source.initial else {}
    facts = {
        "rank": parameters.rank,
        "alpha": SCALE * parameters.rank,
        **_facts(model, roles, len(examples), len(held)),
    }
    export = partial(_export, network, source, metrics, reader, facts)
    return Work(training, {"data_sha256": sentences_digest(sentences), **begun}, export)


def role_loss(network: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of the tags, mean over the words of marked readings, and of predicates, mean over all words."""
    scores = network.scores(*(batch[name] for name in ("input_ids", "attention_mask", "rows", "marks"))).float()
    tags, predicates = batch["tags"], batch["predicates"]
    words = predicates != NOTHING
    loss = binary_cross_entropy_with_logits(scores[..., 0][words], predicates[words].float())
    if (tags != NOTHING).any():
        loss = loss + cross_entropy(scores[..., 1:].flatten(0, 1), tags.flatten(), ignore_index=NOTHING)
    return loss


def held_metrics(
    network: nn.Module, sentences: Sequence[Sentence], reader: WordReader, roles: Sequence[str]
) -> dict[str, float]:
    """F1 of predicates, and of arguments with the predicates that were found."""
    predicates, arguments = Tally(), Tally()
    for sentence, found in zip(sentences, _read(network, sentences, reader, roles), strict=True):
        predicates += predicate_tally(sentence.frames, found)
        arguments += argument_tally(sentence.frames, found)
    return {"predicate_f1": predicates.f1, "argument_f1": arguments.f1}


Frames = dict[int, tuple[Argument, ...]]


def _read(network: nn.Module, sentences: Sequence[Sentence], reader: WordReader, roles: Sequence[str]) -> list[Frames]:
    """What the network finds: predicates first, then the arguments of each."""
    rows = [reader.row(sentence.words) for sentence in sentences]
    result: list[Frames] = [{} for _ in rows]
    order = sorted(range(len(rows)), key=lambda place: len(rows[place].input_ids))
    for start in range(0, len(order), 32):
        places = order[start : start + 32]
        bare = [Example(rows[place], [0] * len(rows[place].firsts), []) for place in places]
        said = _scores(network, bare)[..., 0]
        found = [
            [w for w, first in enumerate(one.row.firsts) if line[first] > 0]
            for one, line in zip(bare, said, strict=True)
        ]
        marked = [
            Example(one.row, one.predicates, [(w, one.predicates) for w in f])
            for one, f in zip(bare, found, strict=True)
        ]
        readings = iter(_scores(network, marked)[len(places) :])
        for place, one in zip(places, marked, strict=True):
            for word, _ in one.marked:
                spans = best_spans(next(readings)[one.row.firsts, 1:].numpy(), word)
                result[place][word] = tuple(Argument(roles[span.role], span.start, span.end) for span in spans)
    return result


def _scores(network: nn.Module, examples: Sequence[Example]) -> Tensor:
    batch = {name: value.to(device()) for name, value in padded(examples).items()}
    scores: Tensor = network.scores(*(batch[name] for name in ("input_ids", "attention_mask", "rows", "marks")))
    return scores.float().cpu()


def _export(
    network: RoleNetwork,
    source: Source,
    metrics: Any,
    reader: WordReader,
    known: dict[str, Any],
    folder: Path,
    record: dict[str, Any],
) -> None:
    """Write the adapter; the network takes on the weights that were written."""
    adapter = lora_tensors(network, source.model)
    take_on(network, source.model, adapter)
    write_adapter(folder, network, adapter, known | record, [row for text in GOLDEN for row in _golden(text, reader)])
    print("exported:", metrics(network), flush=True)


def _golden(text: str, reader: WordReader) -> Iterator[dict[str, Tensor]]:
    row = reader.row(text.split())
    ids = torch.tensor([row.input_ids])
    for mark in ([], [row.firsts[1]]):
        types = torch.zeros_like(ids)
        types[0, mark] = 1
        yield {"input_ids": ids, "token_type_ids": types, "attention_mask": torch.ones_like(ids)}


def _examples(sentences: Sequence[Sentence], reader: WordReader, roles: Sequence[str], longest: int) -> list[Example]:
    known = [example(sentence, reader.row(sentence.words), roles) for sentence in sentences]
    return [one for one in known if len(one.row.input_ids) <= longest]


def _facts(model: Model, roles: Sequence[str], learnt: int, kept: int) -> dict[str, Any]:
    return {
        "kind": "roles",
        "base": {"name": model.base.name, "sha256": model.base.sha256},
        "labels": list(roles),
        "lower": LOWER,
        "max_length": SERVED_LENGTH,
        "training_data": [{"name": "PropBank on the English Web Treebank, train", "licence": "CC BY-SA 4.0"}],
        "parts": {"learnt": learnt, "kept": kept},
    }


RECIPE = Recipe(Parameters(), compose, Fit(epochs=5, learning_rate=1e-3, checkpoint_steps=100))
