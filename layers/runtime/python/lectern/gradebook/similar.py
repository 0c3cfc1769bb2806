"""Which answers to a question say the same in the same words, but for fillers, punctuation and slips of the pen.

No model is asked: a decision on one of a group is a decision on all, so what could change the meaning (a negation, a
number, a sign, another word) keeps answers apart, however alike they look.
"""

import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

ALIKE = 0.5
"""The cosine of character trigrams from which on two answers are compared word by word."""

BUCKETS = 512
BLOCK = 256
MOST_DIFFERENT = 2
"""Words that may be misspelt."""

LEAST_MISSPELT = 5
"""Letters of a word that a slip of the pen leaves the same word: `hot` and `not` are two."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]")
_PUNCTUATION = frozenset(".,;:!?\"'()[]…“”„‘’´`«»¿¡。、「」『』،؛؟।")
_FILLERS = frozenset(
    re.findall(
        r"[a-z']+",
        """a an the this that these those it its it's is are was were be because so then and also just really very
        i think""",
    )
)

Vector = NDArray[np.float32]


def normalised(answer: str) -> tuple[str, ...]:
    """The words, numbers and signs of an answer, whatever its case, width and punctuation."""
    text = unicodedata.normalize("NFKC", answer).casefold().replace("’", "'")
    return tuple(token for token in _TOKEN.findall(text) if token not in _PUNCTUATION)


def groups(answers: Sequence[str]) -> list[list[int]]:
    """The places of the answers, in groups of those that are the same; in the order of each group's first answer.

    Answers to one question. Those without a word, number or sign are one group.
    """
    by_words: dict[tuple[str, ...], list[int]] = {}
    for number, answer in enumerate(answers):
        by_words.setdefault(_content(normalised(answer)), []).append(number)
    leaders = _leaders(by_words)
    joined: dict[tuple[str, ...], list[int]] = {}
    for words, members in by_words.items():
        joined.setdefault(leaders[words], []).extend(members)
    return sorted((sorted(members) for members in joined.values()), key=lambda members: members[0])


def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words but for fillers; all of them where there is nothing else."""
    return tuple(word for word in words if word not in _FILLERS) or words


Counted = Mapping[tuple[str, ...], Sequence[int]]


def _leaders(by_words: Counted) -> dict[tuple[str, ...], tuple[str, ...]]:
    """For each wording the one whose group it joins: the commonest that it is a misspelling of, else itself.

    Only wordings with as many words can be: one sort of length after the other is compared.
    """
    ordered = sorted(by_words, key=lambda words: (-len(by_words[words]), words))
    chosen = {words: words for words in ordered}
    lengths: dict[int, list[tuple[str, ...]]] = {}
    for words in ordered:
        lengths.setdefault(len(words), []).append(words)
    for same_length in lengths.values():
        for number, others in _candidates(same_length):
            mine = same_length[number]
            leading = (same_length[other] for other in others if chosen[same_length[other]] == same_length[other])
            chosen[mine] = next((leader for leader in leading if _misspelt(mine, leader)), mine)
    return chosen


def _candidates(wordings: Sequence[tuple[str, ...]]) -> list[tuple[int, list[int]]]:
    """For each wording the earlier ones that look alike, in their order; none where there is none."""
    if len(wordings) < 2:
        return []
    vectors = _vectors(wordings)
    found = []
    for start in range(0, len(wordings), BLOCK):
        alike = vectors[start : start + BLOCK] @ vectors[: start + BLOCK].T >= ALIKE
        for row, line in enumerate(alike):
            earlier = np.flatnonzero(line[: start + row]).tolist()
            if earlier:
                found.append((start + row, earlier))
    return found


def _vectors(wordings: Sequence[tuple[str, ...]]) -> Vector:
    """Unit vectors of hashed character trigrams, (wordings, BUCKETS)."""
    counts = np.zeros((len(wordings), BUCKETS), np.float32)
    for number, words in enumerate(wordings):
        text = f" {' '.join(words)} "
        grams = [zlib.crc32(text[at : at + 3].encode()) % BUCKETS for at in range(max(1, len(text) - 2))]
        np.add.at(counts[number], grams, 1)
    unit: Vector = counts / np.linalg.norm(counts, axis=1, keepdims=True)
    return unit


def _misspelt(words: Sequence[str], others: Sequence[str]) -> bool:
    """Whether the words differ by slips of the pen in a few long words, and in nothing else."""
    different = [(one, other) for one, other in zip(words, others, strict=True) if one != other]
    return len(different) <= MOST_DIFFERENT and all(_slip(one, other) for one, other in different)


def _slip(one: str, other: str) -> bool:
    """One letter too many, one missing, one wrong or two swapped, after the first, in a long word of letters."""
    if min(len(one), len(other)) < LEAST_MISSPELT or one[0] != other[0] or not (_cased(one) and _cased(other)):
        return False
    if len(one) != len(other):
        short, long = sorted((one, other), key=len)
        return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
    places = [at for at, (first, second) in enumerate(zip(one, other, strict=True)) if first != second]
    swapped = len(places) == 2 and one[places[0]] == other[places[1]] and one[places[1]] == other[places[0]]
    return len(places) == 1 or (swapped and places[1] == places[0] + 1)


def _cased(word: str) -> bool:
    """Only letters, of a script with small ones; in others one letter can be a whole word."""
    return word.isalpha() and word.islower()
