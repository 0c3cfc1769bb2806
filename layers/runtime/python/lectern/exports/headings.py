"""Columns of gradebooks that name a question: `Title [question]`, and `Title (123)` with an id of Canvas's own.

Canvas takes a number in round brackets at the end for the id of its assignment, anything else for a title. What it has
made out of `Title [question]` comes back as `Title [question] (123)`, and is known again as the question.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

_OURS = re.compile(r"(?P<title>.*?)\s*\[(?P<id>[^\[\]]+)\]", re.DOTALL)
_CANVAS = re.compile(r"(?P<title>.*?)\s*\((?P<id>\d+)\)", re.DOTALL | re.ASCII)


@dataclass(frozen=True)
class Heading:
    """The question that a column names, its title, and Canvas's id where there is one."""

    id: str
    title: str
    canvas: str = ""


def written(title: str, identity: str) -> str:
    """`Title [id]` on one line."""
    return f"{_told(title, identity)} [{_escaped(identity)}]"


def written_for_canvas(title: str, identity: str) -> str:
    """`Title (id)` for a number, which is Canvas's; otherwise `Title [id]`."""
    number = identity.isascii() and identity.isdigit()
    return f"{_told(title, identity)} ({identity})" if number else written(title, identity)


def read(headings: Iterable[str]) -> list[Heading]:
    """The columns' questions, each with an id of its own: where two would have the same, what is not ours counts."""
    found = [_read(heading.strip()) for heading in headings]
    counts = Counter(ours.id for ours, _ in found)
    return [ours if counts[ours.id] == 1 else other for ours, other in found]


def _read(heading: str) -> tuple[Heading, Heading]:
    canvas = _CANVAS.fullmatch(heading)
    title, number = (canvas["title"] or canvas["id"], canvas["id"]) if canvas else (heading, "")
    plain = Heading(number or heading, title, number)
    ours = _OURS.fullmatch(title)
    return (Heading(_unescaped(ours["id"]), ours["title"] or ours["id"], number) if ours else plain), plain


def _told(title: str, identity: str) -> str:
    return " ".join(title.split()) or identity


def _escaped(identity: str) -> str:
    return identity.replace("%", "%25").replace("[", "%5B").replace("]", "%5D")


def _unescaped(text: str) -> str:
    return text.replace("%5D", "]").replace("%5B", "[").replace("%25", "%")
