"""How much of one text another one says: the best match of each token, averaged over a phrase.

The recall of BERTScore (Zhang et al., 2020), by phrase and over content words alone. It sees what is spoken of, not
whether it is affirmed: "ice is heavier" covers a good part of "ice is lighter".
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.phrases import Span, is_content
from lectern.probe import Reading


def similarities(reference: Reading, parts: Sequence[Span], answer: Reading) -> list[float]:
    """For each part of the reference, the mean over its content tokens of the highest cosine with the answer's tokens.

    -1..1. A part without a content word counts all its tokens; one without any token has 0.
    """
    nearest = (_unit(reference.vectors) @ _unit(answer.vectors).T).max(axis=1, initial=-1.0)
    return [_mean(nearest, reference, part) for part in parts]


def _mean(nearest: NDArray[np.float32], reference: Reading, part: Span) -> float:
    inside = [n for n, token in enumerate(reference.tokens) if part.start <= token.start < part.end]
    content = [n for n in inside if is_content(reference.text[reference.tokens[n].start : reference.tokens[n].end])]
    return float(nearest[content or inside].mean()) if inside else 0.0


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled
