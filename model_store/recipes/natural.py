"""Tokenised corpus text as people write it: `it is n't bad , really` becomes `it isn't bad, really`."""

import re

_MARKS = {"-lrb-": "(", "-rrb-": ")", "``": '"', "''": '"'}
_PATTERNS = (
    (re.compile(r" n't\b"), "n't"),
    (re.compile(r" ('(?:s|re|ve|ll|d|m)\b)"), r"\1"),
    (re.compile(r" ([,.;:!?)])"), r"\1"),
    (re.compile(r"([(]) "), r"\1"),
)


def natural(text: str) -> str:
    """The text without the spaces that a tokeniser put in."""
    for mark, written in _MARKS.items():
        text = text.replace(mark, written)
    for pattern, written in _PATTERNS:
        text = pattern.sub(written, text)
    return text
