"""How a release writes: its words, where it may begin, which words it may choose, and when it stops."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from lectern.manifest import Document

WRITING = "writing.json"
"""The file of a release whose graph writes."""


class Writing(Document):
    """What lies in that file."""

    tokens: tuple[str, ...]
    """The text of every token, by its number."""
    end: int
    """The token that ends what is written."""
    writable: dict[int, tuple[int, ...]]
    """By the token that a source begins with, and the writing too: what may be chosen, `end` among it."""
    beams: int
    length_penalty: float
    """A finished text's score is its log-probability over its length to this power: Wu et al. (2016)."""
    most_per_token: float
    most_more: int
    """A text has at most so many tokens for each of its source's, and so many more."""


@dataclass(frozen=True)
class Rules:
    """A writing, ready to be searched by."""

    writing: Writing
    chosen: dict[int, NDArray[np.int64]] = field(init=False)

    def __post_init__(self) -> None:
        chosen = {begin: np.array(tokens, dtype=np.int64) for begin, tokens in self.writing.writable.items()}
        object.__setattr__(self, "chosen", chosen)

    @cached_property
    def known(self) -> frozenset[str]:
        """The texts of all tokens."""
        return frozenset(self.writing.tokens)

    def most(self, source: int) -> int:
        """The most tokens that are written for a source of so many."""
        return int(self.writing.most_per_token * source) + self.writing.most_more


def read_writing(data: bytes) -> Rules:
    """The rules in a release's file. Raises ValueError."""
    try:
        return Rules(Writing.model_validate_json(data))
    except ValidationError as error:
        raise ValueError("it does not say how to write") from error
