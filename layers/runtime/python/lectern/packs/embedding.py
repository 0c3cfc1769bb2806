"""A text's embedding by a release's frozen encoder: the mean of its token vectors, and their peaks."""

from functools import partial

import numpy as np

from lectern.model import Model
from lectern.packs.features import WIDTH, Embed, Vector


def embeddings(model: Model) -> Embed:
    """The embeddings of a release."""
    return partial(embedding, model)


def embedding(model: Model, text: str, keep: bool = False) -> Vector:
    """What `pooled` makes (2, 384) of a text's token vectors, [CLS] and [SEP] among them; of all its windows where it
    is long.

    Zeros from a release without an encoder: a head then goes by the grader's credit and by n-grams.
    """
    if model.encoder is None:
        return np.zeros((2, WIDTH), dtype=np.float32)
    first, *tokens, last = model.tokenizer.encode(text).ids
    size = model.release.manifest.max_length - 2
    windows = [tokens[start : start + size] for start in range(0, max(1, len(tokens)), size)]
    vectors = [model.encoder((first, *window, last), keep) for window in windows]
    return pooled(np.concatenate(vectors))


def pooled(tokens: Vector) -> Vector:
    """Token vectors (tokens, 384) as their mean, and the greatest of each number once all have length 1 (2, 384).

    A mean fades what one word says the longer the answer is; a peak doesn't.
    """
    lengths = np.linalg.norm(tokens, axis=1, keepdims=True)
    return np.stack([tokens.mean(0), (tokens / np.maximum(lengths, 1e-9)).max(0)])
