"""A text as phrases: the parts that an explanation names.

A phrase is a run of function words and the content words after them ("chinks and chunks", Liberman and Church, 1992),
and ends at punctuation: `It is lighter | than the water, | so it floats.` The list of function words is English, as the
models are; a text in another language has longer phrases, no error.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_LISTED = """
a an the this that thats these those its his her their our your my which who whom whose what where when while how
why i im you youre he hes she shes it we they theyre me him them us one there theres here
is are was were be been being am do does did has have had having will would can could shall should may might must
of in on at by for with from to into onto over under between through during about against within along across than
as and or but so because if since although though whereas unless until after before then also too just very
"""
FUNCTION_WORDS = frozenset(_LISTED.split())
"""Words that begin a phrase when they follow a content word. Negations are content: they turn an answer round."""

_WORD = re.compile(r"\S+")
_STOPS, _CLOSING = frozenset(".!?…。！？"), "\"'”’»)]"
_ENDS = frozenset(".,;:!?…)、。，；：！？")

AWAY = 0.5
"""How much nearer a phrase's end must be than a sentence's to end a passage, in passages."""


@dataclass(frozen=True)
class Span:
    """A part of a text: `text[start:end]`, in Unicode code points."""

    start: int
    end: int


Region = tuple[Span, ...]
"""Phrases that stand side by side."""


def phrases(text: str) -> list[Span]:
    """The phrases of a text in their order, without the spaces around them; its words, where it is one phrase alone."""
    found = [Span(chunk[0].start, chunk[-1].end) for chunk in _chunks(text, words(text))]
    return found if len(found) > 1 else words(text)


def passages(text: str, most: int) -> list[Span]:
    """The text in at most `most` parts of about the same length, for texts of many phrases.

    A part ends with a sentence or, where none ends nearby, with a phrase.
    """
    parts, share = phrases(text), len(text) / most
    strays = [0.0 if _stops(text[part.start : part.end]) else AWAY * share for part in parts]

    def nearest(place: float) -> int:
        return min(range(len(parts)), key=lambda n: abs(parts[n].end - place) + strays[n])

    cuts = sorted({nearest(share * number) + 1 for number in range(1, most)} | {len(parts)}) if parts else []
    return [Span(parts[start].start, parts[end - 1].end) for start, end in pairwise([0, *cuts])]


def words(text: str) -> list[Span]:
    """What stands between spaces."""
    return [Span(*match.span()) for match in _WORD.finditer(text)]


def groups(parts: Sequence[Span], most: int) -> list[Region]:
    """The same parts, neighbours together, in at most `most` groups that differ by at most one in size."""
    count = min(most, len(parts))
    cuts = [len(parts) * number // max(1, count) for number in range(count + 1)]
    return [tuple(parts[start:end]) for start, end in pairwise(cuts)]


def without(text: str, spans: Sequence[Span]) -> str:
    """The text with these parts, which don't overlap, taken out."""
    for span in sorted(spans, key=lambda span: span.start, reverse=True):
        text = text[: span.start] + text[span.end :]
    return text


def is_content(word: str) -> bool:
    """Whether a word says something by itself: it is no function word, and not punctuation alone."""
    bare = "".join(c for c in word.lower() if c.isalnum())
    return bare != "" and bare not in FUNCTION_WORDS


def _stops(part: str) -> bool:
    """Whether a sentence ends here."""
    return part.rstrip(_CLOSING)[-1:] in _STOPS


def _chunks(text: str, parts: Sequence[Span]) -> Iterator[list[Span]]:
    chunk: list[Span] = []
    content = ended = False
    for word in parts:
        token = text[word.start : word.end]
        speaks = any(c.isalnum() for c in token)  # a dash or an emoji stays with what is before it
        if chunk and speaks and (ended or (content and not is_content(token))):
            yield chunk
            chunk, content = [], False
        chunk.append(word)
        content = content or is_content(token)
        ended = token[-1] in _ENDS
    if chunk:
        yield chunk
