"""A text as sentences, by its marks: no model, and no language but English in what it takes for an abbreviation.

After Kiss and Strunk (2006), Unsupervised Multilingual Sentence Boundary Detection: nearly all that is hard about it
are abbreviations, initials and numbers before a full stop.
"""

import re
from collections.abc import Iterator

from lectern.phrases import Span

_NEVER_LAST = """
dr mr mrs ms prof st ft mt gen rev gov sen rep reps lt col capt sgt hon pres supt messrs drs
fig figs eq eqs ref refs sec ch vol vols pp ed eds cf vs v viz approx ca resp esp incl al attn arrv
e.g i.e eg ie
"""
_SOMETIMES_LAST = """
jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thur thurs fri sat sun
inc co corp ltd llc jr sr bros dept est univ assn ave blvd rd etc no nos op cit a.m p.m am pm u.s u.k u.n d.c ph.d m.d
"""
NEVER_LAST = frozenset(_NEVER_LAST.split())
"""Abbreviations, without their last stop, after which a sentence goes on."""
ABBREVIATIONS = NEVER_LAST | frozenset(_SOMETIMES_LAST.split())
ALSO_WORDS = frozenset(("no", "am", "sat", "sun", "mar", "co", "pres", "al"))
"""Those that are more often words."""
_OPENING = """
The A An This That These Those It He She They We I You In On At But And So If When While As For To There Here
However Then What Why How Who Our My His Her Their Its
"""
_OPENERS = frozenset(_OPENING.split())
"""Words that begin a sentence after an abbreviation, as a name would not."""

_END = re.compile(r"(?P<marks>[.!?…]+)[\"'”’»)\]]*(?=\s|$)|[。！？]+[」』”’）]*|\n")
_WORD_BEFORE = re.compile(r"[^\s(\[\"“‘']*$")
_WORD_AFTER = re.compile(r"[\s\"'“‘(\[]*([^\W_]*)")
_BULLET = re.compile(r"[ \t]*(?:[-*•·–—]|\(?\d{1,3}[.)]|\(?[a-z]\))[ \t]")
_LOOK_BACK, _LOOK_AHEAD = 40, 60
_SHORT_LINE = 60
"""Characters. A line that is broken for its length alone is longer; a shorter one is a heading, an item or a verse."""


def sentences(text: str) -> list[Span]:
    """The sentences in their order, without the spaces around them; none where nothing is written.

    An empty line ends a sentence, and so does the end of a short line or what stands before a bullet.
    """
    found, start = [], 0
    for end in _ends(text):
        if span := _trimmed(text, start, end):
            found.append(span)
        start = end
    return found


def _ends(text: str) -> Iterator[int]:
    line = 0
    for match in _END.finditer(text):
        broken = match.group() == "\n"
        if _breaks(text, line, match.end()) if broken else _stops(text, match):
            yield match.end()
        if broken:
            line = match.end()
    yield len(text)


def _breaks(text: str, line: int, end: int) -> bool:
    """Whether the end of a line, which began at `line`, ends a sentence."""
    ahead = text[end : end + _LOOK_AHEAD]
    empty = not text[line:end].strip() or not ahead.split("\n", 1)[0].strip()
    return empty or end - line <= _SHORT_LINE or _BULLET.match(ahead) is not None


def _stops(text: str, match: re.Match[str]) -> bool:
    """Whether marks end a sentence here."""
    if match["marks"] is None:
        return True
    after = _WORD_AFTER.match(text[match.end() : match.end() + _LOOK_AHEAD])
    following = after[1] if after else ""
    if following[:1].islower() and match["marks"] not in ("!", "?"):
        return False
    if match["marks"] != ".":
        return not following[:1].islower()
    before = _WORD_BEFORE.search(text[max(0, match.start() - _LOOK_BACK) : match.start()])
    return not _goes_on(before[0] if before else "", following)


def _goes_on(word: str, following: str) -> bool:
    """Whether the stop after `word` belongs to it alone."""
    lower = word.lower()
    if lower in NEVER_LAST:
        return True
    if lower in ("no", "nos", "art", "p"):
        return following[:1].isdigit()
    initial = len(word) == 1 and word.isupper() and word != "I"
    dotted = re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", word) is not None
    if initial or dotted or (lower in ABBREVIATIONS and lower not in ALSO_WORDS):
        return following != "" and following not in _OPENERS
    return word == ""


def _trimmed(text: str, start: int, end: int) -> Span | None:
    part = text[start:end]
    begin = start + len(part) - len(part.lstrip())
    return Span(begin, start + len(part.rstrip())) if part.strip() else None
