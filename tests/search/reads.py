"""Documents as if a model had read them: vectors by chance, but the same for the same text."""

import hashlib
import itertools

import numpy as np

from lectern.schemas import ModelReference
from lectern.search.documents import Document
from lectern.search.reading import WIDTH, Vector, unit
from lectern.search.segment import Passage, Read

MODEL = ModelReference(name="search", version="1.0.0", digest="d" * 64)


def vector(text: str) -> Vector:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
    return unit(np.random.default_rng(seed).normal(size=WIDTH))


def read(name: str, text: str = "", passages: int = 1) -> Read:
    """A document whose text is cut into so many equal passages."""
    text = text or f"The text of {name}."
    cuts = [len(text) * number // passages for number in range(passages + 1)]
    parts = [Passage(start, end, vector(text[start:end])) for start, end in itertools.pairwise(cuts)]
    return Read(Document(id=name, text=text), parts)
