"""The translator's recipe: both directions in one network, from random weights."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from torch import Tensor, nn

from model_store.build.layers import floats, pack
from model_store.build.translator import KIND
from model_store.recipes.engine import Batch, Fit, Training
from model_store.recipes.export import write_json
from model_store.recipes.recipe import Recipe, Source, Work
from model_store.recipes.translation.golden import references
from model_store.recipes.translation.learning import Augmentation, Both, loss
from model_store.recipes.translation.network import Shape, Translator
from model_store.recipes.translation.vocabulary import Pieces, learn_vocabulary
from model_store.translation.pairs import near_duplicates, pairs_digest, read_pairs

TRAINING_DATA = {"name": "Tatoeba English-Chinese, train", "licence": "CC BY 2.0 FR"}

SERVED_LENGTH = 96
"""Tokens of a sentence that a release accepts; few that training shows have more than 40."""

WATCHED = 300
"""Most pairs of the development part whose loss is told after each epoch; the file is in the order of length."""


@dataclass(frozen=True)
class Parameters:
    """What a run depends on, beside its data and how it is fitted."""

    batch_size: int = 64
    vocabulary: int = 5000
    width: int = 192
    inner: int = 512
    encoders: int = 4
    decoders: int = 2
    dropout: float = 0.2
    label_smoothing: float = 0.1
    piece_dropout: float = 0.1
    joined: float = 0.05
    copied: float = 0.2
    first_seed: int = 20130601
    """Of the weights that begin at random."""


def compose(source: Source, parameters: Parameters) -> Work:
    """The network on the training pairs, watched on pairs that are not nearly among them. Raises as `read_pairs`."""
    pairs = read_pairs(source.data)
    learnt, held = ([pair for pair in pairs if pair.split == split] for split in ("train", "dev"))
    far = [pair for pair, near in zip(held, near_duplicates(held, learnt), strict=True) if not near]
    watched = far[:: -(-len(far) // WATCHED)]
    tokenizer = learn_vocabulary(learnt, parameters.vocabulary)
    tokens = [tokenizer.id_to_token(place) or "" for place in range(tokenizer.get_vocab_size())]
    torch.manual_seed(parameters.first_seed)
    network = Translator(_shape(len(tokens), parameters), parameters.dropout, tokens)
    both, pieces = Both(learnt, Pieces(tokenizer)), Pieces(tokenizer)
    changes = Augmentation(parameters.piece_dropout, parameters.joined, parameters.copied)

    def batches(_: int, chance: random.Random) -> Iterator[Batch]:
        return both.batches(parameters.batch_size, chance, changes)

    def mean_loss(trained: nn.Module, batch: Batch) -> Tensor:
        return loss(trained, batch, parameters.label_smoothing)

    steps = both.steps(parameters.batch_size)
    training = Training(network, steps, batches, mean_loss, Both(watched, pieces).metrics)
    export = partial(_export, network, tokenizer, len(learnt), Both(watched, pieces))
    return Work(training, {"data_sha256": pairs_digest(pairs)}, export)


def _shape(tokens: int, parameters: Parameters) -> Shape:
    return Shape(
        tokens,
        width=parameters.width,
        inner=parameters.inner,
        encoders=parameters.encoders,
        decoders=parameters.decoders,
    )


def _export(
    network: Translator, tokenizer: Tokenizer, learnt: int, watched: Both, folder: Path, record: dict[str, Any]
) -> None:
    """Write the adapter, in integers; the network takes on the weights that were written."""
    before, packed = watched.metrics(network), pack({n: v.detach().numpy() for n, v in network.named_parameters()})
    with torch.no_grad():
        for name, value in floats(packed).items():
            dict(network.named_parameters())[name].copy_(torch.from_numpy(value))
    rounding = {"loss_float": before, "loss_int8_weights": watched.metrics(network)}
    facts = {"kind": KIND, "heads": network.shape.heads, "max_length": SERVED_LENGTH, "training_data": [TRAINING_DATA]}
    folder.mkdir(parents=True, exist_ok=True)
    save_file(packed, folder / "adapter.safetensors")
    (folder / "tokenizer.json").write_text(tokenizer.to_str(), "utf-8")
    write_json(folder / "adapter.json", {**facts, "pairs": learnt, "rounding": rounding, **record})
    write_json(folder / "reference.json", references(network, Pieces(tokenizer)))
    print("exported:", rounding, flush=True)


RECIPE = Recipe(Parameters(), compose, Fit(epochs=28, cycles=4, learning_rate=1e-3, average=0.05, checkpoint_steps=200))
