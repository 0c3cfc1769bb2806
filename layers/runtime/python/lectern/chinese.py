"""Chinese in one script: traditional characters as simplified ones, punctuation as Chinese prints it.

`simplified.txt` has the traditional characters in its first line and what each becomes in its second: those of
OpenCC's table TSCharacters (Apache-2.0) that are always written otherwise, and 乾, 於, 妳, 祂. In simplified
writing 著 stays in some words and is 着 elsewhere.
"""

import re
from functools import cache
from pathlib import Path

HAN = r"\u2e80-\u2eff\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""The ideographs, as a range of a character class."""

_WIDE = {place + 0xFEE0: place for place in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
_PRINTED = str.maketrans(",?!:;", "，？！：；")
_ASPECT = re.compile("(?<![名原编专论巨译显昭])著(?![名作者称述书])")
_ONE = re.compile(f"[{HAN}]")
_BY_HAN = re.compile(rf"(?<=[{HAN}])\s*[,?!:;]|[,?!:;](?=[{HAN}])")


def simplified(text: str) -> str:
    """The same text with every traditional character as its simplified one; nothing else changes."""
    return _ASPECT.sub("着", text.translate(_table()))


def printed(text: str) -> str:
    """Simplified Chinese with Latin letters and digits in plain width and, beside an ideograph, Chinese punctuation."""
    return _BY_HAN.sub(lambda mark: mark[0].strip().translate(_PRINTED), simplified(text).translate(_WIDE))


@cache
def _table() -> dict[int, str]:
    traditional, simple = (Path(__file__).parent / "simplified.txt").read_text("utf-8").splitlines()
    return dict(zip(map(ord, traditional), simple, strict=True))


def han_share(text: str) -> float:
    """The share of letters that are ideographs; 1 where there are no letters."""
    letters = [c for c in text if c.isalpha()]
    return sum(bool(_ONE.match(c)) for c in letters) / len(letters) if letters else 1.0
