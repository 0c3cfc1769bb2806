"""Examples as a recipe meets them: shuffled batches with labels, and macro-F1 on answers kept apart."""

import dataclasses
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from functions.grading.rows import nearest
from functions.grading.schemas import LABELS
from model_store.errors import DataError
from model_store.metrics import macro_f1
from model_store.recipes.batches import Row, TokenCache, shuffled_batches, tensors, training_reference
from model_store.recipes.data import Example, is_unseen_answer, is_validation, read_semeval
from model_store.recipes.engine import Batch, Loss, Projection, Training
from model_store.recipes.recipe import Source, tokenizer_of

INPUTS = ("input_ids", "token_type_ids", "attention_mask")

VALIDATION_BATCH = 64

Kept = Callable[[Example], str]
"""Why an example is kept from training; '' if it isn't."""


@dataclass(frozen=True)
class Answers:
    """Examples with their places in the data file; rows are cut at `max_length` tokens."""

    examples: Sequence[Example]
    places: Sequence[int]
    tokens: TokenCache
    max_length: int
    sets: Sequence[str]
    """What each example is counted under: its corpus and why it is kept apart."""

    @property
    def gold(self) -> Tensor:
        """Label indices (examples,)."""
        return torch.tensor([LABELS.index(example.label) for example in self.examples])

    def batches(self, size: int, chance: random.Random) -> Iterator[Batch]:
        """Each example once beside a reference drawn for training: INPUTS, `labels` and `index` (batch,)."""
        rows = [self.row(example, training_reference(example, chance)) for example in self.examples]
        gold = self.gold
        for batch in shuffled_batches(rows, size, chance):
            index = torch.tensor(batch)
            yield tensors([rows[i] for i in batch], self.max_length) | {"labels": gold[index], "index": index}

    def training(
        self, network: nn.Module, size: int, loss: Loss, unseen: "Answers", project: Projection | None = None
    ) -> Training:
        """Fitting a network to these answers in batches of `size`, validated on the unseen ones."""
        steps = -(-len(self.examples) // size)
        return Training(network, steps, lambda _, chance: self.batches(size, chance), loss, unseen.macro_f1, project)

    def with_made(self, made: Sequence[tuple[int, str]]) -> "Answers":
        """These, and after them answers that were made for the examples at such places; their labels say nothing."""
        by_place = dict(zip(self.places, self.examples, strict=True))
        more = [dataclasses.replace(by_place[place], answer=answer) for place, answer in made]
        places, sets = [place for place, _ in made], ["made"] * len(made)
        return dataclasses.replace(
            self, examples=[*self.examples, *more], places=[*self.places, *places], sets=[*self.sets, *sets]
        )

    def macro_f1(self, network: nn.Module) -> dict[str, float]:
        """Macro-F1 per set, each answer beside its nearest reference, as in service."""
        sets, gold, predicted = np.array(self.sets), self.gold.numpy(), self._predict(network).numpy()
        return {
            name: macro_f1(gold[sets == name], predicted[sets == name], len(LABELS)) for name in sorted(set(self.sets))
        }

    def row(self, example: Example, reference: str) -> Row:
        """Token ids of an example beside one of its references."""
        return self.tokens(example.question), self.tokens(reference), self.tokens(example.answer)

    def _predict(self, network: nn.Module) -> Tensor:
        rows = [self.row(e, e.references[nearest(e.references, e.answer)]) for e in self.examples]
        order = sorted(range(len(rows)), key=lambda i: sum(map(len, rows[i])))
        labels = torch.zeros(len(rows), dtype=torch.long)
        for start in range(0, len(order), VALIDATION_BATCH):
            batch = order[start : start + VALIDATION_BATCH]
            labels[batch] = logits(network, tensors([rows[i] for i in batch], self.max_length)).argmax(-1).cpu()
        return labels


def logits(network: nn.Module, batch: Batch) -> Tensor:
    """The network's logits (batch, labels) in float32 for a batch's INPUTS, wherever the network is."""
    place = next(network.parameters(), torch.empty(0)).device
    found: Tensor = network(**{name: batch[name].to(place) for name in INPUTS})
    return found.float()


def validation(example: Example) -> str:
    """'question' where an answer is to one of the validation questions."""
    return "question" if is_validation(example) else ""


def read_answers(source: Source, max_length: int, kept: Kept = validation) -> tuple[Answers, Answers]:
    """What a run learns from, and what it is validated on: what is `kept`, and the unseen answers if it keeps none.

    Raises:
        DataError: the data is not as it should be, or one of the two is empty.
    """
    examples, tokens = read_semeval(source.data), TokenCache(tokenizer_of(source.model))
    reasons = ["" if source.everything else kept(example) for example in examples]
    seen = [i for i, e in enumerate(examples) if e.split == "train" and not reasons[i]]
    held = [i for i, e in enumerate(examples) if reasons[i] or is_unseen_answer(e)]
    if not seen or not held:
        raise DataError(f"{source.data}: {len(seen)} answers to learn from and {len(held)} to validate on")
    sets = [f"{e.corpus} {reason or 'answer'}" for e, reason in zip(examples, reasons, strict=True)]
    learnt, unseen = (
        Answers([examples[i] for i in part], part, tokens, max_length, [sets[i] for i in part]) for part in (seen, held)
    )
    return learnt, unseen
