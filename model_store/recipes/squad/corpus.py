"""What a training step reads: questions of SQuAD beside windows of paragraphs, a share of them without an answer."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from model_store.recipes.squad.data import Asked, Paragraph, words
from model_store.recipes.squad.edits import edited
from model_store.recipes.squad.rows import CLS, SEP, SpanRow

LONGEST_QUESTION = 40
"""Tokens of a question that training reads."""

NEAREST = 4
"""Among so many paragraphs of the article that share most words with a question one is drawn that lacks its answer."""


@dataclass(frozen=True)
class Mixture:
    """What an epoch is made of: the share of rows without an answer and, among these, how they come about."""

    nulls: float = 0.3
    edited: float = 0.45
    elsewhere: float = 0.35
    """The question beside another paragraph; what is left are windows of its own that lack the answer."""
    window: int = 104
    long_window: int = 168
    long: float = 0.2
    """Tokens of a row at most, question included, and the share of rows that may be longer."""


@dataclass(frozen=True)
class Place:
    """Tokens of a paragraph and where they stand in it."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]

    def tokens(self, part: tuple[int, int]) -> tuple[int, int]:
        """First and last token that a part (start, end in characters) touches; (0, -1): none."""
        inside = np.flatnonzero((self.ends > part[0]) & (self.starts < part[1]))
        return (int(inside[0]), int(inside[-1])) if len(inside) else (0, -1)


@dataclass(frozen=True)
class Drawn:
    """A question and a paragraph for it, by its number, and what is read of it.

    `part` (from and to which character; (0, 0): any) is what the window holds, or lacks if it is `beside` it; it
    answers the question where that is `answered`.
    """

    question: str
    number: int
    part: tuple[int, int] = (0, 0)
    answered: bool = False
    beside: bool = False


class Corpus:
    """Paragraphs with their tokens, and their questions in one order that is drawn once."""

    def __init__(self, paragraphs: Sequence[Paragraph], tokenizer: Tokenizer, seed: int) -> None:
        self.paragraphs, self._tokenizer = paragraphs, tokenizer
        self.places = [_place(tokenizer, paragraph.context) for paragraph in paragraphs]
        self.questions = [(n, asked) for n, paragraph in enumerate(paragraphs) for asked in paragraph.asked]
        random.Random(seed).shuffle(self.questions)

    @cached_property
    def articles(self) -> Mapping[str, list[int]]:
        """Places of an article's paragraphs by its title."""
        found: dict[str, list[int]] = {}
        for number, paragraph in enumerate(self.paragraphs):
            found.setdefault(paragraph.title, []).append(number)
        return found

    @cached_property
    def vocabulary(self) -> list[frozenset[str]]:
        """The words of each paragraph."""
        return [frozenset(words(paragraph.context)) for paragraph in self.paragraphs]

    def rows(self, first: int, count: int, mixture: Mixture, chance: random.Random) -> list[SpanRow]:
        """Rows of so many questions from a place in their order on, over its end to its beginning."""
        drawn = [self.questions[(first + i) % len(self.questions)] for i in range(count)]
        made = [self._drawn(number, asked, mixture, chance) for number, asked in drawn]
        encoded = self._tokenizer.encode_batch([one.question for one in made], add_special_tokens=False)
        return [
            self._row(ids.ids[:LONGEST_QUESTION], one, mixture, chance) for ids, one in zip(encoded, made, strict=True)
        ]

    def _drawn(self, number: int, asked: Asked, mixture: Mixture, chance: random.Random) -> "Drawn":
        if not asked.answers:
            return Drawn(asked.question, number)
        answer = (asked.start, asked.start + len(asked.answers[0]))
        if chance.random() >= mixture.nulls:
            return Drawn(asked.question, number, answer, answered=True)
        kind = chance.random()
        if kind < mixture.edited and (changed := edited(asked.question, self._others(number, chance), chance)):
            return Drawn(changed, number, answer)
        if kind < mixture.edited + mixture.elsewhere and (far := self._elsewhere(number, asked, chance)) >= 0:
            return Drawn(asked.question, far)
        return Drawn(asked.question, number, answer, beside=True)

    def _others(self, number: int, chance: random.Random) -> list[str]:
        """Some questions of the article."""
        article = self.articles[self.paragraphs[number].title]
        near = [number, *(chance.choice(article) for _ in range(6))]
        return [asked.question for place in near for asked in self.paragraphs[place].asked]

    def _elsewhere(self, number: int, asked: Asked, chance: random.Random) -> int:
        """Another paragraph of the article, with many of the question's words and without its answer; -1: none."""
        wanted = frozenset(words(asked.question))
        others = [other for other in self.articles[self.paragraphs[number].title] if other != number]
        chance.shuffle(others)
        near = sorted(others, key=lambda other: -len(wanted & self.vocabulary[other]))[:NEAREST]
        answer = asked.answers[0].lower()
        lacking = [other for other in near if answer not in self.paragraphs[other].context.lower()]
        return chance.choice(lacking) if lacking else -1

    def _row(self, question: list[int], drawn: "Drawn", mixture: Mixture, chance: random.Random) -> SpanRow:
        longest = mixture.long_window if chance.random() < mixture.long else mixture.window
        place, room, lead = self.places[drawn.number], longest - len(question) - 3, len(question) + 2
        first, last = place.tokens(drawn.part)
        if drawn.beside:
            start, end = _beside(len(place.ids), first, last, room, chance)
        else:
            start, end = _around(len(place.ids), first, last, room, chance)
        ids = [CLS, *question, SEP, *place.ids[start:end].tolist(), SEP]
        if not (drawn.answered and start <= first <= last < end):
            return SpanRow(ids, lead)
        return SpanRow(ids, lead, lead + first - start, lead + last - start)


def _around(length: int, first: int, last: int, room: int, chance: random.Random) -> tuple[int, int]:
    """A window of at most `room` tokens with the part from `first` to `last`, if any, at a random place in it."""
    if length <= room:
        return 0, length
    low, high = (0, length - room) if last < first else (max(0, last + 1 - room), min(first, length - room))
    start = chance.randint(min(low, high), high)
    return start, start + room


def _beside(length: int, first: int, last: int, room: int, chance: random.Random) -> tuple[int, int]:
    """A window of the tokens before the answer, or of those after it: the longer side more often."""
    after = length - last - 1
    if first + after == 0:
        return 0, 0
    low, high = (0, first) if chance.random() < first / (first + after) else (last + 1, length)
    start = chance.randint(low, max(low, high - room))
    return start, min(high, start + room)


def _place(tokenizer: Tokenizer, text: str) -> Place:
    encoded = tokenizer.encode(text, add_special_tokens=False)
    offsets = np.array(encoded.offsets, dtype=np.int32).reshape(-1, 2)
    return Place(np.array(encoded.ids, dtype=np.int32), offsets[:, 0], offsets[:, 1])
