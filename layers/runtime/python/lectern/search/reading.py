"""Texts as rows for the embedding model, and rows' vectors as a text's: windows of tokens, pooled to length 1."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.model import Encoding
from lectern.text import latin_share

CLS, SEP, UNKNOWN = 101, 102, 100
"""Token ids in the vocabulary of BERT's uncased models."""

UNKNOWN_SHARE = 0.3
"""From this share of letters that are not Latin, or of unknown tokens, on the model can't read a text."""

WIDTH = 384

Vector = NDArray[np.float32]


def token_ids(tokenizer: Tokenizer, text: str) -> list[int]:
    """A text's tokens, without [CLS] and [SEP]."""
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
    return ids


def row(tokens: Sequence[int]) -> Encoding:
    """Tokens as a row of the model."""
    return Encoding([CLS, *tokens, SEP], [0] * (len(tokens) + 2))


def windows(tokens: Sequence[int], max_length: int) -> list[Encoding]:
    """A text as rows of at most `max_length` tokens, all about as long, so that none is a scrap."""
    size = max_length - 2
    count = max(1, -(-len(tokens) // size))
    cuts = [len(tokens) * number // count for number in range(count + 1)]
    return [row(tokens[start:end]) for start, end in pairwise(cuts)]


def pooled(rows: Sequence[Encoding], vectors: Sequence[Vector]) -> Vector:
    """The vector (384,) of length 1 of a text in several rows, each weighing as much as it has tokens."""
    if len(rows) == 1:
        return np.asarray(vectors[0], dtype=np.float32)
    return unit(np.average(np.array(vectors), axis=0, weights=[len(one.input_ids) - 2 for one in rows]))


def unit(vector: NDArray[np.floating]) -> Vector:
    """The vector at length 1; zeros stay zeros."""
    return np.asarray(vector / max(float(np.linalg.norm(vector)), 1e-12), dtype=np.float32)


def is_unknown(text: str, tokens: Sequence[int]) -> bool:
    """Whether a text is mostly in a script or in characters that the model does not know."""
    return latin_share(text) < 1 - UNKNOWN_SHARE or tokens.count(UNKNOWN) > UNKNOWN_SHARE * len(tokens)
