"""Words as the network reads them: tokens of each word by itself, and the place of each word's first one."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from tokenizers import Tokenizer

from lectern.labels import CLS, SEP, UNKNOWN
from lectern.normalise import normalise

MOST_PIECES = 32
"""Tokens that the network sees of one word: what is longer is no word, and its first token is what is labelled."""


class Row(NamedTuple):
    """A sentence's token ids with [CLS] and [SEP], and where each word begins among them."""

    input_ids: list[int]
    firsts: list[int]


class WordReader:
    """Turns words into rows by a tokenizer; for its own life it knows the words that come again."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.tokens = lru_cache(20_000)(self._tokens)

    def row(self, words: Sequence[str]) -> Row:
        """The row of a sentence."""
        ids, firsts = [CLS], []
        for word in words:
            firsts.append(len(ids))
            ids.extend(self.tokens(word))
        return Row([*ids, SEP], firsts)

    def _tokens(self, word: str) -> tuple[int, ...]:
        """At least one token: a word of nothing that the vocabulary has is unknown."""
        ids = self._tokenizer.encode(normalise(word).text, add_special_tokens=False).ids
        return tuple(ids[:MOST_PIECES]) or (UNKNOWN,)
