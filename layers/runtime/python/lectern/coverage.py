"""How much of one text another one says: the best match of each token, averaged over a phrase.

The recall of BERTScore (Zhang et al., 2020), by phrase and over content words alone. It sees what is spoken of, not
whether it is affirmed: "ice is heavier" covers "ice is lighter" to a great part.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.phrases import FUNCTION_WORDS, Span
from lectern.probe import Reading


def similarities(reference: Reading, parts: Sequence[Span], answer: Reading) -> list[float]:
    """For each part of the reference, the mean over its content tokens of the highest cosine with the answer's tokens.

    -1..1; a part without a token, or without one that is content, counts all its tokens; 0 where there is none.
    """
    nearest = (_unit(reference.vectors) @ _unit(answer.vectors).T).max(axis=1, initial=-1.0)
    return [_mean(nearest, reference, part) for part in parts]


def _mean(nearest: NDArray[np.float32], reference: Reading, part: Span) -> float:
    inside = [n for n, token in enumerate(reference.tokens) if part.start <= token.start < part.end]
    content = [n for n in inside if _is_content(reference.text, reference.tokens[n])]
    return float(nearest[content or inside].mean()) if inside else 0.0


def _is_content(text: str, token: Span) -> bool:
    word = text[token.start : token.end].lower()
    return word not in FUNCTION_WORDS and any(c.isalnum() for c in word)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths: NDArray[np.float32] = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12)
