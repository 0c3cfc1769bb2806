"""Which tags follow which: the chain that a run begins with, counted in the training sentences.

A logarithmic pool of the network, which sees the whole sentence and gives each word a tag by itself, and a Markov
chain over tags (Rabiner, 1989), which sees one tag and its next.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from model_store.recipes.roles_data import Sentence
from model_store.recipes.roles_rows import tags_of

WEIGHT = 0.2
"""Of the chain's log-probabilities beside the scores of a network that learnt each tag alone; .15 to .25 give the same
F1.
"""

PRIOR = 5.0
"""Transitions that each tag is taken to have been seen in beforehand, by how often their second tags are."""


def tag_transitions(sentences: Iterable[Sentence], roles: Sequence[str]) -> NDArray[np.float64]:
    """What each tag adds to a score after each other one, (tags, tags), to two places."""
    tags = 1 + 2 * len(roles)
    counts = np.zeros((tags, tags))
    for sentence in sentences:
        for predicate in sentence.frames:
            found = tags_of(sentence, predicate, roles)
            np.add.at(counts, (found[:-1], found[1:]), 1)
    often = counts.sum(axis=0) + 1
    shares = (counts + PRIOR * often / often.sum()) / (counts.sum(axis=1, keepdims=True) + PRIOR)
    return np.round(WEIGHT * np.log(shares), 2)
