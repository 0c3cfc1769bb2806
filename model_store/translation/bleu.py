"""BLEU: Papineni et al. (2002), as Post (2018) asks for it: tokenised here, with exponential smoothing, by corpus.

English is tokenised as mteval-v13a does, Chinese by character.
"""

import html
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.chinese import HAN

LONGEST = 4
_MARKS = re.compile(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])")
_AFTER_LETTER, _BEFORE_LETTER = re.compile(r"([^0-9])([\.,])"), re.compile(r"([\.,])([^0-9])")
_DASH = re.compile(r"([0-9])(-)")
_CHARACTER = re.compile(rf"([{HAN}\u3000-\u303f\uff00-\uffef\u2018-\u201f\u2026])")


def bleu_tokens(text: str, language: str) -> list[str]:
    """The tokens that count."""
    if language == "zh":
        text = _CHARACTER.sub(r" \1 ", text)
    text = _MARKS.sub(r" \1 ", f" {html.unescape(text)} ")
    text = _BEFORE_LETTER.sub(r" \1 \2", _AFTER_LETTER.sub(r"\1 \2 ", text))
    return _DASH.sub(r"\1 \2 ", text).split()


def bleu_counts(said: Sequence[str], wanted: Sequence[str], language: str) -> NDArray[np.float64]:
    """Of each translation: n-grams in common with its reference for n of 1 to 4, n-grams for each n, and the tokens of
    both: (sentences, 10).
    """
    return np.array(
        [_counts(*(bleu_tokens(text, language) for text in pair)) for pair in zip(said, wanted, strict=True)]
    )


def bleu(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """BLEU, 0..100, of summed counts (…, 10)."""
    right, there, lengths = counts[..., :LONGEST], counts[..., LONGEST : 2 * LONGEST], counts[..., 2 * LONGEST :]
    missed = np.cumsum((right == 0) & (there > 0), axis=-1)
    shares = np.where(right > 0, right, 0.5**missed) / np.maximum(there, 1)
    brevity = np.exp(np.minimum(0, 1 - lengths[..., 1] / np.maximum(lengths[..., 0], 1)))
    possible = (there > 0).all(axis=-1) & (right[..., 0] > 0)
    result: NDArray[np.float64] = np.where(possible, 100 * brevity * np.exp(np.log(shares).mean(axis=-1)), 0.0)
    return result


def _counts(said: Sequence[str], wanted: Sequence[str]) -> list[int]:
    right, there = [], []
    for length in range(1, LONGEST + 1):
        grams, known = (_grams(tokens, length) for tokens in (said, wanted))
        right.append((grams & known).total())
        there.append(grams.total())
    return [*right, *there, len(said), len(wanted)]


def _grams(tokens: Sequence[str], length: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[start : start + length]) for start in range(len(tokens) - length + 1))
