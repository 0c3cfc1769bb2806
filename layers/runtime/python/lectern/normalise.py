"""Text as a reader sees it: what can't be seen goes, and what looks like a Latin letter in a Latin word becomes one.

Nothing else changes, so a text of another script stays as it is. After Unicode Technical Standard 39 (confusables),
for Latin alone.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_CYRILLIC = dict(zip("асеіјорѕхуһԁԛԝьАВСЕНІЈКМОРЅТХУԌԚԜ", "aceijopsxyhdqwbABCEHIJKMOPSTXYGQW", strict=True))
_ARMENIAN = dict(zip("օսհոցզ", "ouhngq", strict=True))
_LATIN = dict(zip("ɑɡıȷ", "agij", strict=True))
_GREEK = dict(zip("αινορκυχγΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aivopkuxyABEZHIKMNOPTYX", strict=True))
LOOK_ALIKES = _CYRILLIC | _ARMENIAN | _LATIN | _GREEK
"""Letter → the Latin letter that it can't be told from."""

LEAST_WORD = 4
"""A shorter word with a Greek letter may be a formula: ρgh, νt."""

_TYPOGRAPHIC = dict(zip("‘’‛′´`“”„″‐‑‒–—―−", "''''''" + '""""' + "-------", strict=True))
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")
"""Invisible, though Unicode calls them letters or marks: joiners and fillers."""
_OVERRIDES = frozenset("\u202d\u202e")
"""They make a text be seen in another order than it is read in."""
_SOFT_HYPHEN = "\u00ad"
_CHANGED = frozenset({"<font>", "<wide>", "<narrow>", "<circle>", "<square>", "<compat>", "<noBreak>"})
"""Kinds of compatibility that look the same; superscripts, subscripts and fractions mean something else."""
_LETTERS = re.compile(r"[^\W\d_]+")
_STRETCHED = re.compile(r"([^\W\d_])\1{3,}")


@dataclass(frozen=True)
class Normalised:
    """A text as it looks, and where each of its characters stood in the original.

    `disguised` says that letters of another script, invisible characters inside words, or a turned direction of
    reading were found: nobody types these by chance.
    """

    text: str
    positions: Sequence[int]
    disguised: bool


_Piece = tuple[int, str]


def normalise(text: str) -> Normalised:
    """The text without invisible characters, in plain letters, with no letter more than three times in a row."""
    if text.isascii() and not _STRETCHED.search(text):
        return Normalised(text, range(len(text)), False)
    pieces = [(place, shown) for place, c in enumerate(text) if not _is_unseen(c) for shown in _plain(c)]
    unmasked = _unmasked(pieces)
    disguised = unmasked != pieces or _hides(text)
    kept = _unstretched(unmasked)
    return Normalised("".join(shown for _, shown in kept), [place for place, _ in kept], disguised)


@lru_cache(4096)
def _is_unseen(c: str) -> bool:
    return c in _UNSEEN or unicodedata.category(c) == "Cf"


@lru_cache(4096)
def _plain(c: str) -> str:
    """The ASCII characters that a styled or typographic one stands for; otherwise itself."""
    if c.isascii():
        return _TYPOGRAPHIC.get(c, c)
    kind = unicodedata.decomposition(c).split(" ", 1)[0]
    folded = unicodedata.normalize("NFKC", c) if kind in _CHANGED else c
    return _TYPOGRAPHIC.get(c, folded if folded.isascii() else c)


def _hides(text: str) -> bool:
    """Whether there is an override of direction, or an invisible character inside a Latin word."""
    if not _OVERRIDES.isdisjoint(text):
        return True
    found = [place for place, c in enumerate(text) if _is_unseen(c) and c != _SOFT_HYPHEN]
    return any(_is_latin(text[place - 1 : place]) and _is_latin(_next_seen(text, place)) for place in found)


def _next_seen(text: str, place: int) -> str:
    return next((c for c in text[place:] if not _is_unseen(c)), "")


def _unmasked(pieces: list[_Piece]) -> list[_Piece]:
    """Look-alikes replaced in words that hold Latin letters, and in whole words where the text has no other script."""
    text = "".join(shown for _, shown in pieces)
    words = [match.span() for match in _LETTERS.finditer(text)]
    foreign = any(c.isalpha() and not _is_latin(c) and c not in LOOK_ALIKES for c in text)
    least = 1 if any(_is_masked(text[start:end], LEAST_WORD) for start, end in words) else LEAST_WORD
    result = list(pieces)
    for start, end in words:
        whole = not foreign and any(map(_is_plain, text)) and _CYRILLIC.keys() >= set(text[start:end])
        if whole or _is_masked(text[start:end], least):
            result[start:end] = [(place, LOOK_ALIKES.get(c, c)) for place, c in pieces[start:end]]
    return result


def _is_masked(word: str, least: int) -> bool:
    """Whether a word is Latin but for letters that look so; `least` letters, if one of them is Greek."""
    others = {c for c in word if not c.isascii()} & LOOK_ALIKES.keys()
    if not others or not any(map(_is_plain, word)) or (len(word) < least and others & _GREEK.keys()):
        return False
    return all(_is_latin(LOOK_ALIKES.get(c, c)) for c in word)


def _unstretched(pieces: list[_Piece]) -> list[_Piece]:
    """Runs of four or more of one letter as one of it."""
    text = "".join(shown for _, shown in pieces)
    dropped = {place for match in _STRETCHED.finditer(text) for place in range(match.start() + 1, match.end())}
    return [piece for place, piece in enumerate(pieces) if place not in dropped]


def _is_plain(c: str) -> bool:
    return c.isascii() and c.isalpha()


def _is_latin(c: str) -> bool:
    return c.isalpha() and (c.isascii() or unicodedata.name(c, "").startswith("LATIN"))
