"""What a translator sees in an epoch: each pair both ways, some with what is copied marked, some two at a time."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, linear
from torch.nn.utils.rnn import pad_sequence

from functions.translate.pieces import COPIES, END, LANGUAGES, SPECIALS, framed, parts_of, plain, sentence_ids, tag
from model_store.recipes.engine import Batch
from model_store.recipes.translation.network import PADDING, Translator
from model_store.recipes.translation.vocabulary import Pieces
from model_store.translation.pairs import Pair

NAMES = (("Tom", "汤姆"), ("Mary", "玛丽"), ("Mary", "玛莉"), ("John", "约翰"), ("Boston", "波士顿"))
"""Names that stand for any: where a pair has both sides of one, both may be marked as a copy."""

WITHIN = 3
"""Targets whose lengths differ by less come together, ordered by the length of their sources: little padding."""

Side = list[str | int]


@dataclass(frozen=True)
class Augmentation:
    """How often an epoch shows a pair otherwise than it stands."""

    dropout: float
    """Of the merges of a word's pieces, in half of the pairs."""
    joined: float
    """Share of the pairs that come with another one behind them."""
    copied: float
    """Share of the names and numbers that are marked as copies."""


@dataclass(frozen=True)
class Both:
    """Pairs, each to be learnt in both directions."""

    pairs: Sequence[Pair]
    pieces: Pieces

    @cached_property
    def texts(self) -> list[dict[str, str]]:
        """The pairs in plain characters."""
        return [{side: plain(getattr(pair, side), side) for side in LANGUAGES} for pair in self.pairs]

    def steps(self, size: int) -> int:
        """Batches of an epoch."""
        return -(-2 * len(self.pairs) // size)

    def batches(self, size: int, chance: random.Random, augmentation: Augmentation) -> Iterator[Batch]:
        """Every pair in both directions, `size` at a time, beside others of its length, in random order."""
        rows = [self._row(text, target, chance, augmentation) for text in self.texts for target in LANGUAGES]
        chance.shuffle(rows)
        rows.sort(key=lambda row: (len(row[1]) // WITHIN, len(row[0])))
        batches = [rows[start : start + size] for start in range(0, len(rows), size)]
        chance.shuffle(batches)
        yield from map(padded, batches)

    def _row(
        self, text: dict[str, str], target: str, chance: random.Random, augmentation: Augmentation
    ) -> tuple[list[int], list[int]]:
        said = _marked(text, chance, augmentation.copied)
        if chance.random() < augmentation.joined:
            said = _joined(said, chance.choice(self.texts))
        source = next(language for language in LANGUAGES if language != target)

        dropout = augmentation.dropout if chance.random() < 0.5 else 0.0

        def ids(run: str) -> list[int]:
            return self.pieces.cut(run, chance, dropout) if dropout else self.pieces(run)

        asked, told = (sentence_ids(parts_of(said[side]), side, ids) for side in (source, target))
        return framed(asked, target), [tag(target), *told, SPECIALS.index(END)]

    def rows(self, target: str) -> list[tuple[list[int], list[int]]]:
        """The pairs towards one language, as they stand."""
        source = next(language for language in LANGUAGES if language != target)
        ids = [{side: sentence_ids([text[side]], side, self.pieces) for side in LANGUAGES} for text in self.texts]
        return [(framed(row[source], target), [tag(target), *row[target], SPECIALS.index(END)]) for row in ids]

    def metrics(self, network: Translator) -> dict[str, float]:
        """Nats a token, by the language that is written."""
        return {f"loss_{language}": self._loss(network, language) for language in LANGUAGES}

    def _loss(self, network: Translator, target: str) -> float:
        rows = sorted(self.rows(target), key=lambda row: len(row[1]))
        total, tokens = 0.0, 0
        for start in range(0, len(rows), 128):
            batch = padded(rows[start : start + 128])
            count = int((batch["written"][:, 1:] != PADDING).sum())
            total, tokens = total + float(loss(network, batch, 0.0).detach()) * count, tokens + count
        return total / tokens


def loss(network: Translator, batch: Batch, smoothing: float) -> Tensor:
    """Mean loss of the tokens that are to be written, each among those that its language has."""
    read, mask = network.encode(batch["source"])
    hidden = network.decode(batch["written"][:, :-1], read, mask)
    total, wanted = hidden.new_zeros((), dtype=torch.float32), batch["written"][:, 1:]
    for number, language in enumerate(LANGUAGES):
        there = (wanted != PADDING) & (batch["written"][:, :1] == tag(language))
        columns, places = network.columns(number)
        found = linear(hidden[there], network.words[columns]).float()
        total = total + cross_entropy(found, places[wanted[there]], label_smoothing=smoothing, reduction="sum")
    return total / (wanted != PADDING).sum()


def padded(rows: Sequence[tuple[list[int], list[int]]]) -> Batch:
    """Sources and targets as one batch: (N, S) and (N, T)."""
    sides = zip(*rows, strict=True)
    names = ("source", "written")
    return {
        name: pad_sequence([torch.tensor(ids) for ids in side], True, PADDING)
        for name, side in zip(names, sides, strict=True)
    }


def _marked(text: dict[str, str], chance: random.Random, share: float) -> dict[str, str]:
    """The pair with some names and numbers as copies on both sides."""
    english, chinese, free = text["en"], text["zh"], list(COPIES)
    numbers = [(number, number) for number in re.findall(r"\d+(?:[.:]\d+)?", english)]
    for here, there in (*NAMES, *numbers):
        once = len(re.findall(rf"\b{re.escape(here)}\b", english)) == 1 == chinese.count(there)
        if once and free and chance.random() < share:
            mark = free.pop(chance.randrange(len(free)))
            english, chinese = re.sub(rf"\b{re.escape(here)}\b", mark, english), chinese.replace(there, mark)
    return {"en": english, "zh": chinese}


def _joined(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    return {"en": f"{one['en']} {other['en']}", "zh": one["zh"] + other["zh"]}
