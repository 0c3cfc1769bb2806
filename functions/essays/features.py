"""What can be read off an essay without a network: measures of its writing, and its character n-grams."""

import re
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

ORDERS = range(2, 8)
"""Lengths of the n-grams, in bytes."""

BUCKETS = 2**15

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?:\s|$)")
_CONNECTIVES = frozenset(
    re.split(
        " ",
        "although because consequently despite finally first firstly furthermore hence however if instead lastly "
        "meanwhile moreover nevertheless next otherwise second secondly since so still then therefore third though "
        "thus unless until when whereas whether while yet",
    )
)
_FIRST_PERSON = frozenset(["i", "me", "my", "mine", "myself", "we", "us", "our", "ours"])
_SECOND_PERSON = frozenset(["you", "your", "yours", "yourself"])

_FACTOR, _MIX = np.uint64(0x100000001B3), np.uint64(0xBF58476D1CE4E5B9)


def ngrams(text: str) -> NDArray[np.int64]:
    """The buckets (found,) of the text's distinct character n-grams, case and spacing aside, in ascending order.

    Cozma, Butnaru and Ionescu (2018), Automated essay scoring with string kernels and word embeddings: what counts is
    which n-grams an essay has (the presence kernel); here they are hashed, so that a prompt's weights are one vector.
    """
    data = np.frombuffer(f" {' '.join(text.lower().split())} ".encode("utf-8", "replace"), np.uint8).astype(np.uint64)
    hashes = [_hashed(data, order) for order in ORDERS if len(data) >= order]
    found = np.zeros(BUCKETS, bool)  # a tenth of np.unique's time
    found[np.concatenate(hashes or [data[:0]]) % np.uint64(BUCKETS)] = True
    return np.flatnonzero(found)


def _hashed(data: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    """A hash of every run of `order` bytes: Fowler–Noll–Vo's product, mixed so that its low bits depend on all."""
    count = len(data) - order + 1
    found = np.full(count, order, np.uint64)
    for offset in range(order):
        found *= _FACTOR
        found ^= data[offset : offset + count]
    return ((found ^ found >> np.uint64(29)) * _MIX) >> np.uint64(32)


MEASURES = (
    "words",
    "characters",
    "root of words",
    "sentences",
    "words of a sentence",
    "spread of sentences",
    "letters of a word",
    "long words",
    "different words",
    "richness",
    "words used once",
    "commas",
    "quotes",
    "dashes and colons",
    "cries and questions",
    "digits",
    "marks",
    "capitals",
    "small starts",
    "small i",
    "apostrophes",
    "connectives",
    "first person",
    "second person",
    "pieces",
)
"""Names of the measures, in their order."""


def measures(text: str, tokens: int) -> NDArray[np.float64]:
    """Measures (len(MEASURES),) of how an essay is written; `tokens` is its number of word pieces.

    More pieces than words and marks are the sign of words that the vocabulary lacks: rare or misspelt ones.
    """
    words = _WORD.findall(text)
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    count, letters = max(1, len(words)), max(1, sum(map(len, words)))
    signs = Counter(text)
    marks = _of(signs, lambda sign: not sign.isalnum() and not sign.isspace())
    sizes = [*_lengths(text, count, sentences), letters / count, sum(len(word) >= 7 for word in words) / count]
    lower = Counter(word.lower() for word in words)
    style = [
        _of(signs, str.isupper) / letters,
        sum(part[0].islower() for part in sentences) / max(1, len(sentences)),
        words.count("i") / count,
        _of(signs, "'’".__contains__) / count,
        *(sum(lower[word] for word in kind) / count for kind in (_CONNECTIVES, _FIRST_PERSON, _SECOND_PERSON)),
        max(0, tokens - count - marks) / count,
    ]
    return np.array([*sizes, *_vocabulary(lower, count), *_punctuation(signs, count), marks / count, *style])


def _lengths(text: str, words: int, sentences: list[str]) -> list[float]:
    """Of the essay and of its sentences."""
    lengths = np.array([len(part.split()) for part in sentences] or [0])
    return [
        np.log1p(words),
        np.log1p(len(text)),
        words**0.25,
        np.log1p(len(sentences)),
        np.log1p(lengths.mean()),
        lengths.std() / max(1.0, lengths.mean()),
    ]


def _vocabulary(lower: Counter[str], words: int) -> list[float]:
    """How many different words there are, in three ways."""
    kinds = max(1, len(lower))
    return [np.log1p(kinds), kinds / np.sqrt(words), sum(times == 1 for times in lower.values()) / kinds]


def _punctuation(signs: Counter[str], words: int) -> list[float]:
    """Signs and digits per word."""
    kinds = (",".__contains__, '"“”'.__contains__, ";:-–".__contains__, "!?".__contains__, str.isdigit)
    return [_of(signs, kind) / words for kind in kinds]


def _of(signs: Counter[str], kind: Callable[[str], bool]) -> int:
    """How many of a text's characters are of a kind, each different one asked once."""
    return sum(times for sign, times in signs.items() if kind(sign))
