"""Labelled texts as a recipe meets them: batches with spans, a loss over these, accuracy on texts kept apart."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from model_store.metrics import accuracy, macro_f1
from model_store.recipes.answers import INPUTS, logits
from model_store.recipes.engine import Batch
from model_store.recipes.spans import SpanRow, padded, span_row, written
from model_store.recipes.texts_data import Text

FINER_WEIGHT = 0.5


@dataclass(frozen=True)
class Texts:
    """Labelled texts, cut at `max_length` tokens."""

    texts: Sequence[Text]
    labels: Sequence[str]
    tokenizer: Tokenizer
    max_length: int

    @cached_property
    def finer(self) -> list[str]:
        """The finer labels there are."""
        return sorted({text.finer for text in self.texts} - {""})

    def batches(self, size: int, chance: random.Random, phrases: int, as_written: float) -> Iterator[Batch]:
        """Each text once, and so many of the phrases; a share of all as people write them. Beside others of its
        length, in random order.
        """
        alone = chance.sample([text for text in self.texts if text.phrase], phrases)
        texts = [text for text in self.texts if not text.phrase] + alone
        rows = self.rows([written(text) if chance.random() < as_written else text for text in texts], chance)
        chance.shuffle(rows)
        pools = [rows[start : start + size * 50] for start in range(0, len(rows), size * 50)]
        ordered = [sorted(pool, key=lambda row: len(row.input_ids)) for pool in pools]
        batches = [pool[i : i + size] for pool in ordered for i in range(0, len(pool), size)]
        chance.shuffle(batches)
        yield from map(padded, batches)

    def rows(self, texts: Sequence[Text], chance: random.Random | None = None) -> list[SpanRow]:
        """Token ids and labelled spans of texts; without chance, of the whole texts alone."""
        encoded = self.tokenizer.encode_batch([text.text for text in texts], add_special_tokens=False)
        rows = [span_row(t, one, self.labels, self.max_length, chance) for t, one in zip(texts, encoded, strict=True)]
        if not chance or not self.finer:
            return rows
        return [replace(row, finer=self.finer.index(text.finer)) for row, text in zip(rows, texts, strict=True)]

    def metrics(self, network: nn.Module) -> dict[str, float]:
        """Accuracy and macro-F1 of the network."""
        rows = self.rows(self.texts)
        gold = np.array([self.labels.index(text.label) for text in self.texts])
        said = np.zeros(len(rows), dtype=np.int64)
        order = sorted(range(len(rows)), key=lambda i: len(rows[i].input_ids))
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            said[batch] = logits(network, padded([rows[i] for i in batch])).argmax(-1).cpu().numpy()
        return {"accuracy": accuracy(gold, said), "macro_f1": macro_f1(gold, said, len(self.labels))}


def span_loss(network: nn.Module, batch: Batch, smoothing: float) -> Tensor:
    """Mean over texts of the loss at the whole text and, with the same weight, the mean loss at its labelled spans."""
    hidden = network.vectors(**{name: batch[name] for name in INPUTS})
    found = network.classify(torch.bmm(batch["pools"].to(hidden.dtype), hidden)).float()
    losses = cross_entropy(found.transpose(1, 2), batch["labels"], label_smoothing=smoothing, reduction="none")
    loss = (losses * batch["weights"]).sum() / batch["weights"].sum()
    if network.finer is None:
        return loss
    whole = batch["pools"][:, 0, None].to(hidden.dtype) @ hidden
    return loss + FINER_WEIGHT * cross_entropy(network.finer(whole[:, 0]).float(), batch["finer"])
