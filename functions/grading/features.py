"""What a grader can count in the texts themselves, beside what its network reads."""

import itertools
import math
import re
import zlib
from array import array
from collections.abc import Sequence
from functools import lru_cache

BUCKETS = 4096
"""Places that hashed n-grams share (Weinberger et al., 2009, Feature Hashing for Large Scale Multitask Learning)."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NEGATIONS = frozenset(
    {"no", "not", "never", "none", "nor", "neither", "nothing", "nowhere", "without", "cannot", "can't", "don't"}
    | {"doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't", "wouldn't", "shouldn't", "couldn't"}
)
_ORDERS = (2, 3, 4, 5)
_LONGEST_KEPT = 24
"""Letters of a word whose n-grams are kept: a class writes the same words again and again."""

LEXICAL = 11
"""How many numbers `lexical` gives."""


def lexical(question: str, reference: str, answer: str) -> list[float]:
    """Overlap of words and of pairs of words, what goes beyond the question's words, negation, and lengths.

    After Mohler et al. (2011) and Dzikovska et al. (2013), whose lexical baselines count the same.
    """
    asked, expected, said = (_WORD.findall(text.lower()) for text in (question, reference, answer))
    q, r, a = set(asked), set(expected), set(said)
    negated, should = bool(a & _NEGATIONS), bool(r & _NEGATIONS)
    return [
        _share(a & r, r),
        _share(a & r, a),
        _share((a & r) - q, r - q),
        _share((a & r) - q, a - q),
        float(negated),
        float(should),
        float(negated != should),
        math.log1p(len(said)),
        math.log1p(len(said)) - math.log1p(len(expected)),
        _share(_pairs(said) & _pairs(expected), _pairs(expected)),
        float(a <= q),
    ]


def hashed(answer: str) -> list[int]:
    """The buckets of the character n-grams inside the answer's words, each once, ascending; at least one."""
    found: set[int] = set()
    for word in _WORD.findall(answer.lower()):
        found.update(_kept_buckets(word) if len(word) <= _LONGEST_KEPT else _buckets(word))
    return sorted(found or {_bucket(" ")})


@lru_cache(4096)
def _kept_buckets(word: str) -> "array[int]":
    return array("H", _buckets(word))


def _buckets(word: str) -> set[int]:
    padded = f" {word} "
    return {_bucket(padded[i : i + n]) for n in _ORDERS for i in range(len(padded) - n + 1)}


def _bucket(gram: str) -> int:
    return zlib.crc32(gram.encode()) % BUCKETS


def _share(part: set[str] | set[tuple[str, str]], whole: set[str] | set[tuple[str, str]]) -> float:
    return len(part) / max(1, len(whole))


def _pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    return set(itertools.pairwise(words))
