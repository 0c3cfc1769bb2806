"""Student text, made safe for a tokenizer without changing what it says."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

MOST_CHARACTERS = 20_000

_KEPT = {"\t", "\n", "\r"}
_INVISIBLE = {"Cc", "Cf"}


def clean(text: str) -> str:
    """Drop control characters (NUL among them); everything else stays."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) != "Cc")


def is_blank(text: str) -> bool:
    """Whether nothing would be seen on paper: only spaces, controls and invisible format characters."""
    return all(c.isspace() or unicodedata.category(c) in _INVISIBLE for c in text)


def latin_share(text: str) -> float:
    """The share of letters that are Latin; 1 where there are no letters."""
    if text.isascii():
        return 1.0
    letters = [c for c in text if c.isalpha()]
    latin = sum(unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN")) for c in letters)
    return latin / len(letters) if letters else 1.0


def visible(text: str) -> str:
    """The same text. Raises ValueError for a blank one."""
    if is_blank(text):
        raise ValueError("is blank")
    return text


_Limited = StringConstraints(max_length=MOST_CHARACTERS)

Text = Annotated[str, _Limited, AfterValidator(clean)]
"""Any text, blank or not."""

VisibleText = Annotated[str, _Limited, AfterValidator(clean), AfterValidator(visible)]
"""Text with at least one visible character."""
