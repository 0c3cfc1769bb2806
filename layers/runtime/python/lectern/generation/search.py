"""Beam search: of all texts that a model could write, the most probable that the search comes upon.

Graves (2012), Sequence Transduction with Recurrent Neural Networks; scores by length as in Wu et al. (2016).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Step = Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float32]]
"""Given the rows that go on and the token that each of them gets: what may come next, logits (rows, choices). The first
call has one row, 0."""


@dataclass(frozen=True)
class Search:
    """How far to look: `beams` texts side by side, of at most `most` tokens, their end included."""

    beams: int
    most: int
    length_penalty: float


@dataclass(frozen=True)
class Written:
    """The tokens of a text, its end included unless it was broken off, and the log-probability of each."""

    tokens: tuple[int, ...]
    log_probabilities: tuple[float, ...]

    @property
    def total(self) -> float:
        """The log-probability of the text."""
        return sum(self.log_probabilities)


def search(step: Step, begin: int, choices: NDArray[np.int64], end: int, how: Search) -> Written:
    """The best text found. `choices` are the tokens that a step's logits are of; `end` is one of them.

    It stops as soon as `beams` texts are finished. A text that is still unfinished at `most` tokens is broken off, and
    chosen only if none is finished.
    """
    rows, tokens = np.zeros(1, dtype=np.int64), np.array([begin])
    alive, finished = [Written((), ())], list[Written]()
    for _ in range(how.most):
        probabilities = log_softmax(step(rows, tokens))
        totals = np.array([text.total for text in alive])[:, None] + probabilities
        rows, places = _best(totals, 2 * how.beams)
        grown = [
            _grown(alive[row], int(choices[place]), probabilities[row, place])
            for row, place in zip(rows, places, strict=True)
        ]
        finished += [text for text in grown[: how.beams] if text.tokens[-1] == end]
        going = [number for number, text in enumerate(grown) if text.tokens[-1] != end][: how.beams]
        if len(finished) >= how.beams or not going:
            break
        alive = [grown[number] for number in going]
        rows, tokens = rows[going], choices[places[going]]
    return max(finished or alive, key=lambda text: text.total / len(text.tokens) ** how.length_penalty)


def log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-probabilities (rows, choices) of logits."""
    shifted = logits.astype(np.float64) - logits.max(axis=-1, keepdims=True)
    result: NDArray[np.float64] = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def _best(totals: NDArray[np.float64], count: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows and columns of the highest numbers, the highest first; of equal ones the first."""
    flat = totals.ravel()
    count = min(count, len(flat))
    high = np.flatnonzero(flat >= np.partition(flat, len(flat) - count)[len(flat) - count])
    order = high[np.argsort(-flat[high], kind="stable")][:count]
    rows, columns = np.unravel_index(order, totals.shape)
    return rows, columns


def _grown(text: Written, token: int, log_probability: float) -> Written:
    return Written((*text.tokens, token), (*text.log_probabilities, float(log_probability)))
