"""A long text as passages: windows of whole sentences, each sharing its first sentence with the one before."""

import bisect
import re
from collections.abc import Sequence
from typing import NamedTuple

_ENDS = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？]|\n+")

Place = tuple[int, int]
"""Where a token stands: from a character to before another one."""


class Piece(NamedTuple):
    """A passage as a part of a text's tokens: from `first` to before `last`."""

    first: int
    last: int


def pieces(text: str, places: Sequence[Place], size: int) -> list[Piece]:
    """A text of tokens at `places` in pieces of at most `size` tokens; one where they fit.

    A piece ends where a sentence does, if one ends in its second half; else between words.
    """
    starts, found, first = _sentence_starts(text, places), [], 0
    while len(places) - first > size:
        last = _last(starts, first + size // 2, first + size) or _between_words(places, first, first + size)
        found.append(Piece(first, last))
        first = _last(starts, last - size // 4, last - 1) or last
    return [*found, Piece(first, len(places))]


def _sentence_starts(text: str, places: Sequence[Place]) -> list[int]:
    """The tokens with which sentences begin, in ascending order."""
    firsts = [start for start, _ in places]
    return sorted({bisect.bisect_left(firsts, match.end()) for match in _ENDS.finditer(text)})


def _last(starts: Sequence[int], low: int, high: int) -> int | None:
    """The last start in low..high."""
    found = bisect.bisect_right(starts, high) - 1
    return starts[found] if found >= 0 and starts[found] >= low else None


def _between_words(places: Sequence[Place], first: int, last: int) -> int:
    """The last token from here back that begins a word; `last` itself where a word is as long as a window."""
    begun = (n for n in range(last, first + (last - first) // 2, -1) if places[n][0] > places[n - 1][1])
    return next(begun, last)
