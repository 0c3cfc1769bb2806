"""A model asked for all documents and all queries, and what the rankings then find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lectern.call import Call
from lectern.model import Model
from lectern.principal import DEVELOPMENT
from lectern.search.documents import Document
from lectern.search.fusion import DEPTH, Fused, fused
from lectern.search.index import Found, Index
from lectern.search.reader import Reader
from lectern.search.reading import Vector
from lectern.search.segment import Read, segment
from lectern.search.words import words
from model_store.search.fusions import Fusion
from model_store.search.questions import Question

MOST = 10
"""Hits of a query that count."""

Figures = NDArray[np.float64]


@dataclass(frozen=True)
class Asked:
    """What a model read: the documents as passages, the queries' vectors."""

    read: Sequence[Read]
    queries: Sequence[Vector]

    @property
    def vectors(self) -> NDArray[np.float32]:
        """All vectors (passages + queries, 384)."""
        return np.array([passage.vector for one in self.read for passage in one.passages] + list(self.queries))


@dataclass(frozen=True)
class Rankings:
    """By query, the documents by meaning and by words."""

    meaning: list[list[Found]]
    words: list[list[Found]]
    ids: list[str]


def ask(model: Model, texts: Sequence[Document], asked: Sequence[Question], progress: Callable[[], None]) -> Asked:
    """Read everything with a model, one row per run as in service."""
    reader, read, queries = Reader(model, Call(DEVELOPMENT, "evaluation")), [], []
    for document in texts:
        read.append(reader.read(document))
        progress()
    for question in asked:
        queries.append(reader.query(question.text)[0])
        progress()
    return Asked(read, queries)


def rankings(found: Asked, asked: Sequence[Question]) -> Rankings:
    """Both rankings of every query, over int8 rows as in service."""
    index = Index((segment(found.read),))
    by_meaning = [index.by_meaning(vector, DEPTH) for vector in found.queries]
    by_words = [index.by_words(words(question.text), DEPTH) for question in asked]
    return Rankings(by_meaning, by_words, [one.document.id for one in found.read])


def reciprocal(ids: Sequence[str], answers: frozenset[str]) -> float:
    """1 by the place of the first answer, 0 where the first MOST hold none."""
    return next((1 / place for place, name in enumerate(ids[:MOST], 1) if name in answers), 0.0)


def measured(found: Rankings, asked: Sequence[Question], fusion: Fusion = fused) -> dict[str, Figures]:
    """The reciprocal rank of each query, by meaning, by words, and by both."""
    both = [fusion(*pair) for pair in zip(found.meaning, found.words, strict=True)]
    kinds: dict[str, Sequence[Sequence[Found | Fused]]] = {"meaning": found.meaning, "words": found.words, "both": both}
    return {
        kind: np.array([reciprocal(_names(found, one), of.answers) for one, of in zip(lists, asked, strict=True)])
        for kind, lists in kinds.items()
    }


def _names(found: Rankings, ranking: Sequence[Found | Fused]) -> list[str]:
    return [found.ids[one.document] for one in ranking]
