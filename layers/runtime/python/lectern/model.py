"""Stage: infer. A loaded release: its sessions, its tokenizer, and how a row of tokens becomes logits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.errors import ReleaseRejected
from lectern.release import Release

MODEL, ENCODER, TOKENIZER = "model.onnx", "encoder.onnx", "tokenizer.json"

Tokens = tuple[int, ...]

MOST_KEPT, LONGEST_KEPT = 128, 64
"""Texts whose vectors an encoder keeps, and tokens of each: 12 MB at most. Questions and references come again."""


@dataclass(frozen=True)
class Encoding:
    """One row for the model: tokens, the segment of each, and numbers that the task knows of the texts.

    A release with an encoder reads each segment as a text of its own; without one, `features` are unused.
    """

    input_ids: list[int]
    token_type_ids: list[int]
    features: list[float] = field(default_factory=list)


class Encoder:
    """The frozen base: a text's tokens → their vectors."""

    def __init__(self, session: onnxruntime.InferenceSession) -> None:
        self._session = session
        self._kept = lru_cache(MOST_KEPT)(self._run)

    def __call__(self, tokens: Tokens, keep: bool = False) -> NDArray[np.float32]:
        """Vectors (tokens, hidden) of one text, [CLS] and [SEP] included; kept for the next time if `keep`.

        One text per run, so that a vector never depends on the company that its text came in.
        """
        return self._kept(tokens) if keep and len(tokens) <= LONGEST_KEPT else self._run(tokens)

    def _run(self, tokens: Tokens) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = self._session.run(None, {"input_ids": np.array([tokens], dtype=np.int32)})[0][0]
        vectors.flags.writeable = False
        return vectors


@dataclass(frozen=True)
class LoadedModel:
    """A release that is ready to answer. `files` are those of its files that are neither graph nor tokenizer."""

    release: Release
    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    encoder: Encoder | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)

    def infer(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (labels,) of one row.

        One row per run, never a batch: dynamic int8 scales activations per tensor, so in a batch an answer would
        depend on its neighbours. Threads that run rows side by side are as fast, since nothing is padded.
        """
        feed = {"input_ids": _row(row.input_ids, np.int32), "token_type_ids": _row(row.token_type_ids, np.int32)}
        if self.encoder:
            feed |= {"vectors": self._vectors(row)[None], "features": _row(row.features, np.float32)}
        logits: NDArray[np.float32] = self.session.run(None, feed)[0][0]
        return logits

    def further(self, names: Sequence[str]) -> list[bytes]:
        """The files of these names. Raises ReleaseRejected where the release has none of a name."""
        for name in set(names) - self.files.keys():
            raise ReleaseRejected(f"{self.release.manifest.model} {self.release.manifest.version} pins no {name}.")
        return [self.files[name] for name in names]

    def _vectors(self, row: Encoding) -> NDArray[np.float32]:
        """Vectors (length, hidden) of the row's segments, side by side; the last one, the answer, is not kept."""
        assert self.encoder
        *known, last = segments(row)
        return np.concatenate([*(self.encoder(text, keep=True) for text in known), self.encoder(last)])


def segments(row: Encoding) -> list[Tokens]:
    """The row's texts: its tokens cut where the segment changes."""
    cuts = [0, *(np.flatnonzero(np.diff(row.token_type_ids)) + 1).tolist(), len(row.input_ids)]
    return [tuple(row.input_ids[start:end]) for start, end in pairwise(cuts)]


def _row(values: list[int] | list[float], kind: type[np.int32] | type[np.float32]) -> NDArray[np.generic]:
    return np.array([values], dtype=kind)
