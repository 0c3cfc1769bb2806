"""The frozen base of a release: a text's tokens to their vectors, those that come again kept."""

import threading
from collections import OrderedDict
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

Tokens = tuple[int, ...]

MOST_KEPT = 4096
"""Tokens whose vectors an encoder keeps, all texts together: 12 MB. Questions and references come again."""


class Reading(NamedTuple):
    """A text as the encoder gives it back: vectors (tokens, hidden) of its last layer, and of a lower one if told."""

    vectors: NDArray[np.float32]
    lower: NDArray[np.float32]


class Encoder:
    """Reads one text per run, so that a vector never depends on the company that its text came in. Safe for threads."""

    def __init__(self, session: onnxruntime.InferenceSession, most: int = MOST_KEPT) -> None:
        self._session, self._most, self._lock = session, most, threading.Lock()
        self._kept: OrderedDict[Tokens, Reading] = OrderedDict()
        self._size = 0

    def __call__(self, tokens: Tokens, keep: bool = False) -> NDArray[np.float32]:
        """Vectors (tokens, hidden) of one text, [CLS] and [SEP] included; kept for the next time if `keep`."""
        return self.read(tokens, keep).vectors

    def read(self, tokens: Tokens, keep: bool = False) -> Reading:
        """The same with those of the lower layer."""
        if not keep:
            return self._run(tokens)
        with self._lock:
            if tokens in self._kept:
                self._kept.move_to_end(tokens)
                return self._kept[tokens]
        reading = self._run(tokens)
        self._keep(tokens, reading)
        return reading

    def _keep(self, tokens: Tokens, reading: Reading) -> None:
        """The least recently used texts go out first."""
        with self._lock:
            if tokens not in self._kept:  # another thread may have read it, too
                self._kept[tokens] = reading
                self._size += len(tokens)
            while self._size > self._most:
                text, _ = self._kept.popitem(last=False)
                self._size -= len(text)

    def _run(self, tokens: Tokens) -> Reading:
        feed = {"input_ids": np.array([tokens], dtype=np.int32)}
        outputs = [output[0] for output in self._session.run(None, feed)]
        for output in outputs:
            output.flags.writeable = False
        return Reading(outputs[0], outputs[-1])
