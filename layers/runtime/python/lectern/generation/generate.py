"""A graph of two branches asked to write: it reads the source once, then goes on from what it kept, token by token."""

from collections.abc import Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from lectern.generation.search import Search, log_softmax, search
from lectern.generation.writing import Rules

Array = NDArray[np.float32]


def write(session: onnxruntime.InferenceSession, rules: Rules, source: Sequence[int]) -> NDArray[np.float32]:
    """(2, n): the tokens of the text that the model writes for a source, and the log-probability of each."""
    how, decoder = rules.writing, Reading(session, source)
    choices = rules.chosen[source[0]]
    found = search(
        lambda rows, tokens: decoder(tokens[:, None], rows)[:, -1, choices],
        source[0],
        choices,
        how.end,
        Search(how.beams, rules.most(len(source)), how.length_penalty),
    )
    return np.array([found.tokens, found.log_probabilities], dtype=np.float32)


def score(
    session: onnxruntime.InferenceSession, rules: Rules, source: Sequence[int], written: Sequence[int]
) -> NDArray[np.float32]:
    """The log-probability (n,) of each token of a text, read at once, given the source and the text before it."""
    choices = rules.chosen[source[0]]
    told = np.array([[source[0], *written[:-1]]])
    logits = Reading(session, source)(told, np.zeros(1, dtype=np.int64))[0][:, choices]
    places = np.searchsorted(choices, written)
    if places.max() >= len(choices) or (choices[places] != written).any():
        raise ValueError("a token can't be written in that language")
    found: NDArray[np.float32] = log_softmax(logits)[np.arange(len(places)), places].astype(np.float32)
    return found


class Reading:
    """A source that was read, and what the decoder has kept of every row that it is writing."""

    def __init__(self, session: onnxruntime.InferenceSession, source: Sequence[int]) -> None:
        self._session = session
        layers, two, _, heads, _, size = next(node.shape for node in session.get_inputs() if node.name == "own")
        self._own = np.zeros((layers, two, 1, heads, 0, size), dtype=np.float32)
        self._read = self._run(np.array([source]), True)[2]

    def __call__(self, tokens: NDArray[np.int64], rows: NDArray[np.int64]) -> Array:
        """Logits (rows, T, vocabulary) after `tokens` (rows, T), each row going on from one of the last call's."""
        self._own = self._own[:, :, rows]
        scores, self._own, _ = self._run(tokens, False)
        return scores

    def _run(self, tokens: NDArray[np.int64], reading: bool) -> list[Array]:
        read = self._own if reading else self._read
        feed = {"reading": np.array(reading), "tokens": tokens.astype(np.int32), "own": self._own, "read": read}
        found: list[Array] = self._session.run(None, feed)
        return found
