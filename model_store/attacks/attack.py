"""What an attack is: a seeded, pure function of texts, which serves the suite and training as augmentation."""

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Literal

from functions.grading.schemas import Label
from lectern.guards import FUNCTION_WORDS

Kind = Literal["wrong", "right"]

Apply = Callable[[str, Sequence[str], str, Random], str | None]
"""(question, references, answer, chance) → the attacking text, or None where the texts offer no hold."""


@dataclass(frozen=True)
class Attack:
    """One way to cheat, or to write the same answer otherwise.

    `on` says from which answers it starts: those that a teacher marked wrong, those marked right, or both. `label` is
    what the text deserves by construction; None where it deserves what the answer deserved before.
    """

    name: str
    apply: Apply
    on: tuple[Kind, ...] = ("wrong", "right")
    label: Label | None = None

    def truth(self, label: Label) -> Label:
        """What the text made from an answer of this label deserves."""
        return self.label or label


@cache
def words(name: str) -> tuple[Any, ...]:
    """A list of words.toml.

    Raises:
        KeyError: there is no list of this name.
    """
    data = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return tuple(tuple(entry) if isinstance(entry, list) else entry for entry in data[name])


@cache
def word_set(name: str) -> frozenset[str]:
    """A list of words.toml as a set, for membership."""
    return frozenset(words(name))


def bare(word: str) -> str:
    """A word in lower case without the punctuation around it."""
    return word.lower().strip(".,;:!?\"'()[]")


def content_words(text: str) -> list[str]:
    """The words of a text that carry its matter, in their order, each once."""
    found = (bare(word) for word in text.split())
    return list(dict.fromkeys(word for word in found if word and word not in FUNCTION_WORDS))
