"""A sentence as the model reads it: its words in pieces, Chinese by character, between the marks that frame them.

Training writes sentences by the same functions, so that it meets what service does.
"""

import re
from collections.abc import Callable, Sequence

from lectern.chinese import HAN, printed
from lectern.normalise import normalise

LANGUAGES = ("en", "zh")
PAD, UNKNOWN, END = "<pad>", "<unk>", "</s>"
COPIES = ("<1>", "<2>", "<3>")
"""What stands for pieces of text that are carried over as they are."""
SPECIALS = (PAD, UNKNOWN, END, *(f"<2{language}>" for language in LANGUAGES), *COPIES)
"""The first tokens of the vocabulary, in this order."""

MARK = "\N{LOWER ONE EIGHTH BLOCK}"
"""▁: a space before a word, as the vocabulary writes it."""

Ids = Callable[[str], list[int]]
"""A run of text, as `plain` gives it, to its tokens."""

_IDEOGRAPH = re.compile(f"[{HAN}]")
_COPY = re.compile("(" + "|".join(map(re.escape, COPIES)) + ")")


def tag(language: str) -> int:
    """The token that says which language to write: the source begins with it, and so does the translation."""
    return SPECIALS.index(f"<2{language}>")


def plain(text: str, language: str) -> str:
    """A sentence in the characters that the model learnt: straight quotes, simplified Chinese, single spaces."""
    kept = normalise(text).text if language == "en" else printed(text)
    return " ".join(kept.split())


def sentence_ids(parts: Sequence[str | int], language: str, ids: Ids) -> list[int]:
    """The tokens of a sentence, unframed. `parts` are runs of plain text, and numbers (from 0) of what is copied."""
    found: list[int] = []
    for place, part in enumerate(parts):
        if isinstance(part, int):
            found.append(SPECIALS.index(COPIES[part]))
        elif language == "zh":
            found += [token for character in part for token in ids(character.replace(" ", MARK))]
        else:
            found += ids(MARK * (place == 0) + part.strip(" " if place == 0 else "").replace(" ", MARK))
    return found


def writable(token: str, language: str) -> bool:
    """Whether a token of the vocabulary can stand in a text of a language: Chinese is written by character."""
    if token in SPECIALS:
        return token in (END, *COPIES)
    return len(token) == 1 if language == "zh" else not _IDEOGRAPH.search(token)


def framed(ids: Sequence[int], target: str) -> list[int]:
    """What the encoder reads."""
    return [tag(target), *ids, SPECIALS.index(END)]


def written(tokens: Sequence[str], language: str) -> str:
    """The text of tokens that the model wrote; copies stay as `<1>`."""
    text = "".join(f" {token}" if token in COPIES and language == "en" else token for token in tokens)
    text = text.replace(MARK, " ")
    return " ".join(text.split()) if language == "en" else text.strip()


def parts_of(text: str) -> list[str | int]:
    """Plain text in which copies are written `<1>`, as parts."""
    return [COPIES.index(part) if part in COPIES else part for part in _COPY.split(text) if part]
