"""Texts as rows of tokens: which reference stands beside an answer, and how a row is put together."""

from collections.abc import Sequence

from lectern.model import Encoding

CLS, SEP, UNKNOWN = 101, 102, 100
"""Token ids in the vocabulary of BERT's uncased models."""


def nearest(references: Sequence[str], answer: str) -> int:
    """Which reference shares most words with the answer (Jaccard index), the first of equals."""
    words = set(answer.lower().split())
    shares = [_jaccard(words, set(reference.lower().split())) for reference in references]
    return shares.index(max(shares))


def assemble(question: Sequence[int], reference: Sequence[int], answer: Sequence[int]) -> Encoding:
    """[CLS] question [SEP] reference [SEP] answer [SEP], the answer (with its [SEP]) as the second segment."""
    first = [CLS, *question, SEP, *reference, SEP]
    return Encoding([*first, *answer, SEP], [0] * len(first) + [1] * (len(answer) + 1))


def apart(
    question: Sequence[int], reference: Sequence[int], answer: Sequence[int], features: list[float], hashes: list[int]
) -> Encoding:
    """Question, reference and answer as three texts, each [CLS] … [SEP], for a release that has an encoder."""
    texts = [[CLS, *text, SEP] for text in (question, reference, answer)]
    segments = [number for number, text in enumerate(texts) for _ in text]
    return Encoding([token for text in texts for token in text], segments, features, hashes)


def windows(tokens: list[int], size: int) -> list[list[int]]:
    """The tokens in windows of `size` that overlap by half; one window where they fit."""
    stride = max(1, size // 2)
    last = max(0, len(tokens) - size)
    starts = [*range(0, last, stride), last]
    return [tokens[start : start + size] for start in starts]


def _jaccard(first: set[str], second: set[str]) -> float:
    return len(first & second) / max(1, len(first | second))
