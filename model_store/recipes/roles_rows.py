"""Sentences as a step learns from them: each once without a mark, and once for each of its predicates."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from torch import Tensor

from functions.roles.rows import Row
from model_store.recipes.roles_data import Sentence, roles_of

NOTHING = -100
"""The label of a place that no loss counts."""

SYNTAX = ("tag", "relation", "parent")
"""What is learnt on the side, at a word's first token; a root's parent is [CLS]."""

MASK = 103

EMPTY_SHARE = 1 / 3
"""Of the predicates without arguments, those that an epoch reads."""


@dataclass(frozen=True)
class Example:
    """A sentence's row; `predicates` (words,) is 1 at predicates; `marked` has a predicate's word and the tags of all
    words for each: 0 for O, then B- of each role, then I- of each.
    """

    row: Row
    predicates: list[int]
    marked: list[tuple[int, list[int]]]
    syntax: list[tuple[int, int, int]] = field(default_factory=list)
    """Of each word its tag's and its relation's number and its head's place; empty if not told."""

    @property
    def size(self) -> tuple[int, int]:
        """Tokens and readings."""
        return len(self.row.input_ids), 1 + len(self.marked)


@dataclass(frozen=True)
class Names:
    """What is told apart, in the order of its numbers."""

    roles: Sequence[str]
    tags: Sequence[str] = ()
    relations: Sequence[str] = ()


def names_of(sentences: Sequence[Sentence]) -> Names:
    """All that occur; roles only where they are learnt."""
    told = [word for sentence in sentences for word in sentence.syntax]
    tags, relations = (sorted({str(word[place]) for word in told}) for place in (0, 1))
    return Names(roles_of(sentences), tags, relations)


def example(sentence: Sentence, row: Row, names: Names) -> Example:
    """A sentence's example."""
    marked = [(place, tags_of(sentence, place, names.roles)) for place in sorted(sentence.frames)]
    syntax = [(names.tags.index(t), names.relations.index(r), head) for t, r, head in sentence.syntax]
    return Example(row, [int(place in sentence.frames) for place in range(len(sentence.words))], marked, syntax)


def batches_of(examples: Sequence[Example], tokens: int, chance: random.Random) -> list[list[Example]]:
    """Each example once, beside others of its length, in random order; about `tokens` tokens are read in a batch."""
    drawn = [_thinned(example, chance) for example in examples]
    chance.shuffle(drawn)
    drawn.sort(key=lambda example: example.size)
    found: list[list[Example]] = [[]]
    for one in drawn:
        if found[-1] and one.size[0] * (one.size[1] + sum(other.size[1] for other in found[-1])) > tokens:
            found.append([])
        found[-1].append(one)
    chance.shuffle(found)
    return found


def padded(examples: Sequence[Example]) -> dict[str, Tensor]:
    """`input_ids`, `attention_mask` and what SYNTAX names (sentences, length); `rows` (readings,), the sentence that
    each is of; `marks`, `tags` and `predicates` (readings, length): first come the sentences without a mark, then the
    marked ones.
    """
    length = max(len(one.row.input_ids) for one in examples)
    readings = [(place, -1) for place in range(len(examples))]
    readings += [(place, number) for place, one in enumerate(examples) for number in range(len(one.marked))]
    ids, mask = (np.zeros((len(examples), length), dtype=np.int64) for _ in range(2))
    marks = np.zeros((len(readings), length), dtype=np.int64)
    tags, predicates = (np.full((len(readings), length), NOTHING, dtype=np.int64) for _ in range(2))
    syntax = np.full((3, len(examples), length), NOTHING, dtype=np.int64)
    for place, one in enumerate(examples):
        for word, (tag, relation, head) in enumerate(one.syntax):
            syntax[:, place, one.row.firsts[word]] = tag, relation, one.row.firsts[head] if head >= 0 else 0
        ids[place, : len(one.row.input_ids)], mask[place, : len(one.row.input_ids)] = one.row.input_ids, 1
        predicates[place, one.row.firsts] = one.predicates
    for reading, (place, number) in enumerate(readings[len(examples) :], len(examples)):
        word, found = examples[place].marked[number]
        marks[reading, examples[place].row.firsts[word]] = 1
        tags[reading, examples[place].row.firsts] = found
    rows = np.array([place for place, _ in readings])
    known = dict(zip(SYNTAX, syntax, strict=True))
    arrays = {**known, "input_ids": ids, "attention_mask": mask, "rows": rows, "marks": marks}
    return {
        name: torch.from_numpy(value) for name, value in (arrays | {"tags": tags, "predicates": predicates}).items()
    }


def cut_batches(
    examples: Sequence[Example], tokens: int, chance: random.Random, masked: float
) -> Iterator[dict[str, Tensor]]:
    """`batches_of`, padded; a share of the words that are no predicates can't be read."""
    for batch in batches_of(examples, tokens, chance):
        yield padded([_masked(one, chance, masked) for one in batch])


def _thinned(whole: Example, chance: random.Random) -> Example:
    """The example with a share of the predicates that have no argument: most are auxiliaries, and soon learnt."""
    return replace(whole, marked=[one for one in whole.marked if any(one[1]) or chance.random() < EMPTY_SHARE])


def _masked(whole: Example, chance: random.Random, share: float) -> Example:
    ids, ends = list(whole.row.input_ids), [*whole.row.firsts[1:], len(whole.row.input_ids) - 1]
    for first, end, predicate in zip(whole.row.firsts, ends, whole.predicates, strict=True):
        if not predicate and chance.random() < share:
            ids[first:end] = [MASK] * (end - first)
    return replace(whole, row=whole.row._replace(input_ids=ids))


def tags_of(sentence: Sentence, predicate: int, roles: Sequence[str]) -> list[int]:
    """The words' tags for one predicate: 0 for O, then B- of each role, then I-. No span holds the predicate itself."""
    tags = [0] * len(sentence.words)
    for role, start, end in sentence.frames[predicate]:
        if role in roles and not start <= predicate < end:
            number = 1 + roles.index(role)
            tags[start:end] = [number, *[number + len(roles)] * (end - start - 1)]
    return tags
