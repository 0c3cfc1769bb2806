"""A text as the words of an English treebank: `don't` is `do` and `n't`, and punctuation stands by itself.

The conventions are those of the English Web Treebank in Universal Dependencies (Silveira et al., 2014). A text whose
words stand apart already keeps them.
"""

import re

from lectern.phrases import Span
from lectern.sentences import ABBREVIATIONS, ALSO_WORDS

_PREFIXES = (
    "e|co|pre|non|post|mid|semi|anti|ex|re|multi|pro|un|sub|inter|intra|counter|bi|tri|neo|quasi|pseudo|micro|mega"
)
_ENDINGS = (
    "com|org|net|edu|gov|mil|int|uk|ca|de|fr|io|info|biz|doc|docx|xls|xlsx|ppt|pdf|html?|txt|jpe?g|gif|png|zip|url"
)
_UNITS = r"am|pm|a\.m|p\.m|k|km|cm|mm|kg|mg|mph|hrs?|mins?|yrs?|lbs?|ft|x|mb|gb"
_TOKEN = re.compile(
    rf"""
      (?P<whole>
        (?:(?:https?|ftp)://|www\.)[^\s<>"]*[^\s<>"'.,;:!?)\]]
      | [\w.%+-]{{1,64}}@[\w-]{{1,64}}(?:\.[\w-]{{1,64}}){{0,8}}
      | (?:[:;=8][-o^]?[)(DPp|/\\](?!\w)|[(][:;](?!\w)|<3(?!\d)|\^_\^)[)(]*
      | [+]?\d{{1,4}}(?:[-.]\d{{2,4}}){{1,2}}[-.]\d{{3,4}}(?!\w) | \d{{3}}-\d{{4}}(?!\w)
      | [#]?\d{{1,64}}(?:[.,:/]\d{{1,64}})+(?=(?i:{_UNITS})\b|\W|$) | \d+(?:st|nd|rd|th|s)(?!\w)
      | (?:[^\W\d_]\.){{2,}}(?:[^\W\d_](?!\w))?
      | \w{{1,64}}(?:[.-]\w{{1,64}}){{0,8}}\.(?:{_ENDINGS})(?!\w)
      | (?i:{_PREFIXES})-[^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)?(?![\w-])
      )
    | (?P<amount>[-+]?\d+(?:[.,]\d+)*)(?=(?i:{_UNITS})\b|\W|$|_)
    | (?P<contracted>(?:['’`](?i:s|m|d|ll|re|ve)|(?i:n['’]t))(?!\w))
    | (?P<word>\w+(?:[&'’`]\w+)*['’]?)
    | (?P<marks>[.!?…]{{2,}}|([-*=_+<>~#|'’‘`])\6+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SPACED = re.compile(r"\S+")
_CLITIC = re.compile(r"(?i)(?:n['’`]t|['’`](?:s|m|d|ll|re|ve))$")
_NEGATED = "do does did ca wo is are was were have has had could would should"
_PARTED = {
    **dict.fromkeys(("cannot", "gonna", "wanna", "gotta", "gimme", "lemme", "youre", "youve"), 3),
    **dict.fromkeys(("theyre", "thats"), 4),
    **dict.fromkeys(("im", "ive"), 1),
    **{f"{verb}nt": len(verb) for verb in _NEGATED.split()},
}
"""Words that are parted though they are written as one, and where."""


def treebank_words(text: str, start: int = 0, end: int | None = None) -> list[Span]:
    """The words of `text[start:end]` in their order, as places in `text`."""
    found: list[Span] = []
    for run in _SPACED.finditer(text, start, len(text) if end is None else end):
        place = run.start()
        while place < run.end():
            found += _next(text, place, run.end())
            place = found[-1].end
    return found


def _next(text: str, start: int, end: int) -> list[Span]:
    """What stands at `start` of a run without spaces: a word, its two parts, or marks."""
    match = _TOKEN.match(text, start, end)
    stop = match.end() if match else start + 1
    if match is None or match["word"] is None:
        return [Span(start, stop)]
    word = text[start:stop]
    if text[stop:end].startswith(".") and _is_abbreviation(word, text[stop + 1 : end]):
        return [Span(start, stop + 1)]
    cut = _cut(word)
    return [Span(start, start + cut), Span(start + cut, stop)] if cut else [Span(start, stop)]


def _is_abbreviation(word: str, rest: str) -> bool:
    """Whether the stop after a word belongs to it; `rest` follows the stop without a space."""
    initial = len(word) == 1 and word.isupper() and word != "I"
    return not rest.strip(".,;:!?\"'”’)]") and (initial or word.lower() in ABBREVIATIONS - ALSO_WORDS)


def _cut(word: str) -> int:
    """Where a word is parted from what is contracted with it; 0 where it isn't."""
    clitic = _CLITIC.search(word)
    if clitic:
        return clitic.start()
    return len(word) - 1 if len(word) > 1 and word[-1] in "'’" else _PARTED.get(word.lower(), 0)
