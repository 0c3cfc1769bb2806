"""A text as rows for the network: sentences of words, a long one in several parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from functions.roles.rows import WordReader
from lectern.model import Encoding
from lectern.phrases import Span
from lectern.sentences import sentences
from lectern.treebank import treebank_words

_BREAKS = frozenset(",;:.!?-–—)")


@dataclass(frozen=True)
class Words:
    """A text's words, as places in it, and its sentences: each from a word's index to before another one's."""

    places: list[Span]
    sentences: list[Span]


def words_of(text: str) -> Words:
    """The words of all sentences."""
    places: list[Span] = []
    found = []
    for sentence in sentences(text):
        first = len(places)
        places += treebank_words(text, sentence.start, sentence.end)
        found.append(Span(first, len(places)))
    return Words(places, found)


def sentence_rows(words: Sequence[str], first: int, reader: WordReader, longest: int) -> list[Encoding]:
    """The rows of a sentence, whose first word is the text's word number `first`: one, where it fits.

    A row's `features` are the number of its first word, and where among its tokens each of its words begins.
    """
    sizes = [len(reader.tokens(word)) for word in words]
    rows = []
    for part in _parts(words, sizes, longest - 2):
        ids, firsts = reader.row(words[part.start : part.end])
        rows.append(Encoding(ids, [0] * len(ids), [float(first + part.start), *map(float, firsts)]))
    return rows


def first_word(row: Encoding) -> int:
    """The text's number of a row's first word."""
    return int(row.features[0])


def word_tokens(row: Encoding) -> list[int]:
    """The first token of each of a row's words."""
    return [int(place) for place in row.features[1:]]


def _parts(words: Sequence[str], sizes: Sequence[int], most: int) -> list[Span]:
    """Words in parts of at most `most` tokens, each after a mark where one stands in its second half."""
    found, start = [], 0
    while start < len(words):
        end, size = start, 0
        while end < len(words) and size + sizes[end] <= most:
            size += sizes[end]
            end += 1
        if end < len(words):
            marks = (place for place in range(end, (start + end) // 2, -1) if words[place - 1] in _BREAKS)
            end = next(marks, end)
        found.append(Span(start, end))
        start = end
    return found
