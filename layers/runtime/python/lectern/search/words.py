"""A text's words as the ranking by words counts them."""

import re
import unicodedata
from collections import Counter

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+")
"""A run of letters, digits and underscores; a sign of Chinese or Japanese, which put no spaces, by itself."""


def words(text: str) -> list[str]:
    """The words in their order, without case, accents' encodings and plurals."""
    return [_singular(word) for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold())]


def counted(text: str) -> Counter[str]:
    """How often each word is there."""
    return Counter(words(text))


def _singular(word: str) -> str:
    """Harman (1991), How effective is suffixing?: her S stemmer, which takes English plurals alone."""
    if len(word) > 3 and word.endswith("ies") and not word.endswith(("eies", "aies")):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("es") and not word.endswith(("aes", "ees", "oes")):
        return word[:-1]
    return word[:-1] if len(word) > 2 and word.endswith("s") and not word.endswith(("us", "ss")) else word
