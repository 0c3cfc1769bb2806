"""What a grader can count in the texts themselves, beside what its network reads."""

import itertools
import math
import re
import zlib
from collections.abc import Sequence

BUCKETS = 4096
"""Places that hashed n-grams share (Weinberger et al., 2009, Feature Hashing for Large Scale Multitask Learning)."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NEGATIONS = frozenset(
    {"no", "not", "never", "none", "nor", "neither", "nothing", "nowhere", "without", "cannot", "can't", "don't"}
    | {"doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't", "wouldn't", "shouldn't", "couldn't"}
)
_ORDERS = (2, 3, 4, 5)

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
    words = [f" {word} " for word in _WORD.findall(answer.lower())] or [" "]
    grams = {word[i : i + n] for word in words for n in _ORDERS for i in range(len(word) - n + 1)} or {" "}
    return sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams})


def _share(part: set[str] | set[tuple[str, str]], whole: set[str] | set[tuple[str, str]]) -> float:
    return len(part) / max(1, len(whole))


def _pairs(words: Sequence[str]) -> set[tuple[str, str]]:
    return set(itertools.pairwise(words))
