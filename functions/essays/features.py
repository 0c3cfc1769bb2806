"""What can be read off an essay without a network: measures of its writing, and its character n-grams."""

import re
from collections import Counter

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
    return np.unique(np.concatenate(hashes or [data[:0]]) % np.uint64(BUCKETS)).astype(np.int64)


def _hashed(data: NDArray[np.uint64], order: int) -> NDArray[np.uint64]:
    """A hash of every run of `order` bytes: Fowler–Noll–Vo's product, mixed so that its low bits depend on all."""
    count = len(data) - order + 1
    found = np.full(count, order, np.uint64)
    for offset in range(order):
        found = found * _FACTOR ^ data[offset : offset + count]
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
    lower = Counter(word.lower() for word in words)
    count, kinds = max(1, len(words)), max(1, len(lower))
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    lengths = np.array([len(part.split()) for part in sentences] or [0])
    letters = max(1, sum(map(len, words)))
    marks = sum(not c.isalnum() and not c.isspace() for c in text)
    return np.array(
        [
            np.log1p(count),
            np.log1p(len(text)),
            count**0.25,
            np.log1p(len(sentences)),
            np.log1p(lengths.mean()),
            lengths.std() / max(1.0, lengths.mean()),
            letters / count,
            sum(len(word) >= 7 for word in words) / count,
            np.log1p(kinds),
            kinds / np.sqrt(count),
            sum(times == 1 for times in lower.values()) / kinds,
            text.count(",") / count,
            sum(map(text.count, '"“”')) / count,
            sum(map(text.count, ";:-–")) / count,
            sum(map(text.count, "!?")) / count,
            sum(c.isdigit() for c in text) / count,
            marks / count,
            sum(c.isupper() for c in text) / letters,
            sum(part[0].islower() for part in sentences) / max(1, len(sentences)),
            words.count("i") / count,
            sum(map(text.count, "'’")) / count,
            _share(lower, _CONNECTIVES) / count,
            _share(lower, _FIRST_PERSON) / count,
            _share(lower, _SECOND_PERSON) / count,
            max(0, tokens - count - marks) / count,
        ]
    )


def _share(words: Counter[str], kinds: frozenset[str]) -> int:
    return sum(words[word] for word in kinds)
