"""Answers that nobody gave, for a teacher to label: a student hears its opinion where no label is known.

Jiao et al. (2020), TinyBERT: distilling on made-up data too is worth more than on the training texts alone, which the
teacher knows by heart.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random

from model_store.recipes.data import Example

Splice = tuple[int, str]
"""The place of the example whose question is answered, and the answer."""

JOINED, THINNED = 0.6, 0.9
"""Shares of the chance, in order: the beginning of one answer and the end of another to the same question; an answer
with words left out; an answer to another question of the same module."""

LEFT_OUT = 0.25


def splices(examples: Sequence[Example], places: Sequence[int], each: int, seed: int) -> Iterator[Splice]:
    """`each` new answers for every example at `places`, made of the answers there alone. Deterministic by the seed."""
    chance = Random(seed)
    by_question = _grouped(examples, places, lambda example: f"{example.corpus}/{example.question_id}")
    by_module = _grouped(examples, places, lambda example: f"{example.corpus}/{example.module}")
    for place in places:
        example = examples[place]
        siblings = by_question[f"{example.corpus}/{example.question_id}"]
        others = by_module[f"{example.corpus}/{example.module}"]
        for _ in range(each):
            yield place, _made(example.answer, chance.choice(siblings), chance.choice(others), chance)


def _made(answer: str, sibling: str, other: str, chance: Random) -> str:
    drawn, words = chance.random(), answer.split()
    if drawn < JOINED:
        end = sibling.split()
        return " ".join(words[: chance.randint(1, max(1, len(words) - 1))] + end[chance.randrange(len(end) or 1) :])
    if drawn < THINNED:
        return " ".join([word for word in words if chance.random() > LEFT_OUT] or words)
    return other


def _grouped(
    examples: Sequence[Example], places: Sequence[int], name: Callable[[Example], str]
) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for place in places:
        groups.setdefault(name(examples[place]), []).append(examples[place].answer)
    return groups
