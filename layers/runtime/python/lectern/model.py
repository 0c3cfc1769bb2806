"""Stage: infer. A loaded release: its sessions, its tokenizer, and how a row of tokens becomes logits."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, groupby
from typing import Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.call import Call
from lectern.encoder import Encoder, Reading, Tokens
from lectern.errors import ReleaseRejected
from lectern.generation.generate import score, write
from lectern.generation.writing import Rules
from lectern.release import Release

MODEL, ENCODER, TOKENIZER = "model.onnx", "encoder.onnx", "tokenizer.json"

InferAll = Callable[[Sequence["Encoding"], Call], list[NDArray[np.float32]]]
"""Rows to their logits (outputs,), in their order, within a call's deadline."""


@dataclass(frozen=True)
class Encoding:
    """One row for the model: tokens, the segment of each, and what the task counted in the texts.

    A release with an encoder reads each segment as a text of its own; without one, `features` and `hashes` (of the
    n-grams in the last segment) are unused. For a model that writes, `input_ids` are the source.
    """

    input_ids: list[int]
    token_type_ids: list[int]
    features: list[float] = field(default_factory=list)
    hashes: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    """For a model that writes: the text that it shall only score."""


class Model(Protocol):
    """What the pipeline asks of a release, be it loaded here or on an endpoint."""

    @property
    def release(self) -> Release:
        """The verified manifest."""

    @property
    def tokenizer(self) -> Tokenizer:
        """Text to tokens."""

    @property
    def encoder(self) -> Encoder | None:
        """The frozen base, where it is here."""

    def infer_all(self, rows: Sequence[Encoding], call: Call) -> list[NDArray[np.float32]]:
        """Logits (outputs,) of each row. Raises DeadlineExceeded."""

    def further(self, names: Sequence[str]) -> list[bytes]:
        """The files of these names. Raises ReleaseRejected where the release has none of a name."""


@dataclass(frozen=True)
class LoadedModel:
    """A release that is ready to answer. `files` are those of its files that are neither graph nor tokenizer."""

    release: Release
    session: onnxruntime.InferenceSession
    tokenizer: Tokenizer
    encoder: Encoder | None = None
    files: Mapping[str, bytes] = field(default_factory=dict)
    rules: Rules | None = None
    """How it writes, if it does."""

    def infer(self, row: Encoding) -> NDArray[np.float32]:
        """Logits (labels,) of one row; of a model that writes (2, n), the tokens and their log-probabilities, or, for a
        row that has its text, these (n,) alone.

        One row per run, never a batch: dynamic int8 scales activations per tensor, so in a batch an answer would
        depend on its neighbours. Threads that run rows side by side are as fast, since nothing is padded.
        """
        if self.rules is None:
            return infer(self.session, self.encoder, row)
        if row.written:
            return score(self.session, self.rules, row.input_ids, row.written)
        return write(self.session, self.rules, row.input_ids)

    def infer_all(self, rows: Sequence[Encoding], call: Call) -> list[NDArray[np.float32]]:
        """See Model; one after another, while there is time."""
        return [self.infer(row) for row in call.within_deadline(rows)]

    def further(self, names: Sequence[str]) -> list[bytes]:
        """The files of these names. Raises ReleaseRejected where the release has none of a name."""
        for name in set(names) - self.files.keys():
            raise ReleaseRejected(f"{self.release.manifest.model} {self.release.manifest.version} pins no {name}.")
        return [self.files[name] for name in names]


def infer(session: onnxruntime.InferenceSession, encoder: Encoder | None, row: Encoding) -> NDArray[np.float32]:
    """Logits (outputs,) of one row; a graph is fed what it asks for."""
    feed = {"input_ids": _row(row.input_ids, np.int32), "token_type_ids": _row(row.token_type_ids, np.int32)}
    if encoder:
        feed |= {"features": _row(row.features, np.float32), "hashes": _row(row.hashes, np.int32)}
        feed |= _read(encoder, row)
    logits: NDArray[np.float32] = session.run(None, {node.name: feed[node.name] for node in session.get_inputs()})[0][0]
    return logits


def _read(encoder: Encoder, row: Encoding) -> dict[str, NDArray[np.float32]]:
    """`vectors` and `lower`, (1, length, hidden), of the row's texts side by side; the last one's are not kept."""
    *known, last = segments(row)
    read = [*(encoder.read(text, keep=True) for text in known), encoder.read(last)]
    return {name: np.concatenate([getattr(text, name) for text in read])[None] for name in Reading._fields}


def segments(row: Encoding) -> list[Tokens]:
    """The row's texts: its tokens cut where the segment changes."""
    lengths = [len(list(run)) for _, run in groupby(row.token_type_ids)]
    ends = list(accumulate(lengths))
    return [tuple(row.input_ids[end - length : end]) for length, end in zip(lengths, ends, strict=True)]


def _row(values: list[int] | list[float], kind: type[np.int32] | type[np.float32]) -> NDArray[np.generic]:
    return np.array([values], dtype=kind)
