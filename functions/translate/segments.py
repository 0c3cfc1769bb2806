"""A text as sentences, one after another, with the space between them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lectern.chinese import HAN

_ENDS = re.compile(rf"[.!?…]+[\"'”’)\]]*(?P<space>\s+)|[。！？]+[”’」』）]*(?P<none>\s*)|[!?]+(?=[{HAN}])")
_NO_END = re.compile(r"(?:^|[\s(\"'])(?:Mr|Mrs|Ms|Dr|Prof|St|No|vs|e\.g|i\.e|cf|approx|Fig|[A-Z])\.$")
_LINES = re.compile(r"(\s*\n\s*)")


@dataclass(frozen=True)
class Segment:
    """A sentence, or what has no end of one; `space` is what follows it, which holds a line's end or not."""

    text: str
    space: str


def segments(text: str) -> list[Segment]:
    """The sentences of a text in their order: texts and spaces together are the text."""
    lines = _LINES.split(text)
    found = [part for line, space in zip(lines[::2], [*lines[1::2], ""], strict=True) for part in _of_line(line, space)]
    return [segment for segment in found if segment.text or segment.space]


def joined(said: list[tuple[str, str]], target: str) -> str:
    """Translations with the spaces that followed their sources: lines stay lines, and Chinese has no space between
    sentences.
    """
    between = "" if target == "zh" else " "
    text = "".join(part + (space if "\n" in space else between if space or part[-1:] else "") for part, space in said)
    return text.removesuffix(between) if said and "\n" not in said[-1][1] and between else text


def _of_line(line: str, end: str) -> Iterator[Segment]:
    start = 0
    for mark in _ENDS.finditer(line):
        space = mark["space"] or mark["none"] or ""
        sentence = line[start : mark.end() - len(space)]
        if mark.end() == len(line) or (mark["space"] and not _ended(sentence, line[mark.end() :])):
            continue
        yield Segment(sentence, space)
        start = mark.end()
    rest = line[start:]
    yield Segment(rest.rstrip(), rest[len(rest.rstrip()) :] + end)


def _ended(sentence: str, rest: str) -> bool:
    return not _NO_END.search(sentence) and not rest[:1].islower()
