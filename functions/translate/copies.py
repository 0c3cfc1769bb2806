"""What a translation carries over as it is: links, addresses, markup, formulas, numbers, signs, names that the model
can't know. The model reads and writes a mark in the place of each.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from functions.translate.names import SEEN
from functions.translate.pieces import COPIES, MARK

_SIGNS = "\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\u200d"
_TAG = rf"</?[A-Za-z][^<>]{{0,200}}>|&[a-z]{{2,8}};|[{_SIGNS}]+"
_ANYWHERE = (
    r"https?://[!-~]*[\w/=&#]|www\.[!-~]*[\w/=&#]|[\w.+-]{1,64}@[\w-]{1,64}\.[\w.]{1,64}\b",
    r"\$[^$\n]{1,200}\$|`[^`\n]{1,200}`",
    _TAG,
    r"\d[\d.,:/]*\d",
)
_IN_ENGLISH = r"(?<=[a-z,] )[A-Z][A-Za-z]+"
_IN_CHINESE = r"[A-Za-z][\w+#.-]*[A-Za-z0-9+#]"
_PATTERNS = {
    language: re.compile("|".join((*_ANYWHERE, more)), re.ASCII)
    for language, more in (("en", _IN_ENGLISH), ("zh", _IN_CHINESE))
}
_EDGES = re.compile(rf"^((?:\s*(?:{_TAG}))*\s*)(.*?)((?:\s*(?:{_TAG}))*\s*)$", re.DOTALL)

Known = Callable[[str], bool]


@dataclass(frozen=True)
class Marked:
    """A sentence in parts: runs of text, and numbers (from 0) in the place of `copies`; what stands around it stays."""

    before: str
    parts: tuple[str | int, ...]
    after: str
    copies: tuple[str, ...]
    left: int
    """Copies beyond those that the model has marks for: they are read as text."""

    def restored(self, text: str) -> str:
        """A translation with the copies in the place of their marks, and what stood around."""
        for number, copy in enumerate(self.copies):
            text = text.replace(COPIES[number], copy)
        return f"{self.before}{text}{self.after}"

    def lost(self, text: str) -> bool:
        """Whether a translation has a mark more or less often than the sentence."""
        return any(text.count(mark) != self.parts.count(number) for number, mark in enumerate(COPIES))


def marked(sentence: str, language: str, known: Known) -> Marked:
    """The sentence with its copies marked. `known` says whether the vocabulary has a token."""
    edges = _EDGES.match(sentence)
    before, text, after = edges.groups() if edges else ("", sentence, "")
    spans = list(_spans(text, language, known))
    copies = tuple(dict.fromkeys(text[start:end] for start, end in spans))[: len(COPIES)]
    parts, place = list[str | int](), 0
    for start, end in spans:
        if text[start:end] in copies:
            parts += [text[place:start], copies.index(text[start:end])]
            place = end
    left = len({text[start:end] for start, end in spans}) - len(copies)
    return Marked(before, (*parts, text[place:]), after, copies, left)


def _spans(text: str, language: str, known: Known) -> Iterator[tuple[int, int]]:
    for found in _PATTERNS[language].finditer(text):
        if not (language == "en" and found[0].isalpha() and (found[0] in SEEN or known(MARK + found[0]))):
            yield found.span()
