"""Which sentences of a text a summary is made of."""

from lectern.phrases import Span
from lectern.sentences import sentences


def sentences_of(text: str) -> list[Span]:
    """The sentences that say something: with a letter or a digit."""
    return [part for part in sentences(text) if any(c.isalnum() for c in text[part.start : part.end])]
