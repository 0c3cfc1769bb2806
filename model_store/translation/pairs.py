"""Pairs of an English and a Chinese sentence of Tatoeba, and which of those kept apart are nearly in training.

One English sentence is in one part only; the same Chinese one, or one that differs in a word, may be in two.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lectern.chinese import simplified
from model_store.errors import DataError

FILE = "tatoeba_en_zh.tsv.gz"
HEADER = "split\ten\tzh"

ALIKE = 0.6
"""Two sentences with this share of their character trigrams (English) or bigrams (Chinese) in common (Jaccard) are
near-duplicates."""

_LENGTHS = {"en": 3, "zh": 2}
_NOWHERE = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Pair:
    """A sentence in both languages, as it stands in the data."""

    split: str
    en: str
    zh: str


def read_pairs(folder: Path) -> list[Pair]:
    """All pairs, in file order.

    Raises:
        FileNotFoundError: the file is missing.
        DataError: it is damaged, or a line is no pair; names the line.
    """
    path = folder / FILE
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{FILE} is damaged: {error}") from error
    if not lines or lines[0] != HEADER:
        raise DataError(f"{FILE} does not begin with the columns split, en, zh")
    return [_pair(line, number) for number, line in enumerate(lines[1:], start=2)]


def _pair(line: str, number: int) -> Pair:
    cells = line.split("\t")
    if len(cells) != 3 or cells[0] not in ("train", "dev", "test") or not all(cell.strip() for cell in cells):
        raise DataError(f"{FILE}, line {number} is no pair of sentences")
    return Pair(*cells)


def pairs_digest(pairs: Sequence[Pair]) -> str:
    """SHA-256 over pairs in their order."""
    digest = hashlib.sha256()
    for pair in pairs:
        digest.update(repr(pair).encode())
    return digest.hexdigest()


def bare(text: str, language: str) -> str:
    """A sentence by which it is the same as another: letters and digits, in lower case, in simplified characters."""
    words = re.findall(r"\w+", simplified(text).lower())
    return "".join(words) if language == "zh" else " ".join(words)


def near_duplicates(pairs: Sequence[Pair], known: Sequence[Pair]) -> list[bool]:
    """For each pair whether its English or its Chinese sentence is nearly one of the `known` pairs'."""
    sides = (
        closeness([getattr(p, side) for p in pairs], [getattr(p, side) for p in known], side) >= ALIKE
        for side in _LENGTHS
    )
    return list(np.logical_or(*sides))


def closeness(texts: Sequence[str], known: Sequence[str], language: str) -> NDArray[np.float64]:
    """For each text the greatest share of n-grams that it has in common with one of the `known` (Jaccard)."""
    there = [grams(text, language) for text in known]
    sizes = np.array([len(found) for found in there], dtype=np.float64)
    places = postings(there)
    best = []
    for found in (grams(text, language) for text in texts):
        common = np.bincount(np.concatenate([places.get(g, _NOWHERE) for g in found]), minlength=len(known))
        best.append(np.max(common / (len(found) + sizes - common), initial=0))
    return np.array(best)


def postings(sets: Sequence[set[str]]) -> dict[str, NDArray[np.int64]]:
    """In which of the sets each member is."""
    places: dict[str, list[int]] = {}
    for number, found in enumerate(sets):
        for gram in found:
            places.setdefault(gram, []).append(number)
    return {gram: np.array(numbers) for gram, numbers in places.items()}


def grams(text: str, language: str) -> set[str]:
    """The character n-grams of a bare sentence, its ends marked."""
    length, padded = _LENGTHS[language], f"^{bare(text, language)}$"
    return {padded[place : place + length] for place in range(max(1, len(padded) - length + 1))}
