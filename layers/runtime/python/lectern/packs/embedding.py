"""A text's sentence embedding by a release's frozen encoder."""

from functools import partial

import numpy as np

from lectern.model import LoadedModel
from lectern.packs.features import WIDTH, Embed, Vector


def embeddings(model: LoadedModel) -> Embed:
    """The sentence embeddings of a release."""
    return partial(embedding, model)


def embedding(model: LoadedModel, text: str, keep: bool = False) -> Vector:
    """The mean (384,) of a text's token vectors, [CLS] and [SEP] among them; of all its windows where it is long.

    Zeros from a release without an encoder: a head then goes by the grader's credit and by n-grams.
    """
    if model.encoder is None:
        return np.zeros(WIDTH, dtype=np.float32)
    first, *tokens, last = model.tokenizer.encode(text).ids
    size = model.release.manifest.max_length - 2
    windows = [tokens[start : start + size] for start in range(0, max(1, len(tokens)), size)]
    vectors = [model.encoder((first, *window, last), keep) for window in windows]
    return np.asarray(np.concatenate(vectors).mean(0))
