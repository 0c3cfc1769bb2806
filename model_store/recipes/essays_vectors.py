"""Mean vectors of essays by the frozen encoder, kept on disk chunk by chunk: a run that was cut short goes on."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from functions.essays.schemas import EssayRequest, Scale
from functions.essays.task import encode, pooled
from lectern.encoder import Encoder
from model_store.recipes.essays_data import Essay

MAX_LENGTH = 256
"""Tokens of a window: what sentence-transformers trained this base to read at most."""

CHUNK = 500
_SCALE = Scale(min=0, max=1)
_MANIFEST: Any = SimpleNamespace(max_length=MAX_LENGTH, labels=())


def read_vectors(
    essays: Sequence[Essay], model: bytes, tokenizer: Tokenizer, folder: Path
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vectors (essays, hidden) and numbers of tokens (essays,), from `folder` where they are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(onnxruntime.InferenceSession(model, _one_thread()))
    parts = []
    for start in range(0, len(essays), CHUNK):
        chunk = essays[start : start + CHUNK]
        path = folder / f"{_digest(chunk, model)}.npz"
        if not path.exists():
            _write(path, [_vector(essay.text, encoder, tokenizer) for essay in chunk])
            print(f"{path.name}: {start + len(chunk)} of {len(essays)} essays", flush=True)
        parts.append(np.load(path))
    return np.concatenate([part["vectors"] for part in parts]), np.concatenate([part["tokens"] for part in parts])


def open_tokenizer(base: Path) -> Tokenizer:
    """The base's tokenizer, set as the runtime sets it."""
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    return tokenizer


def _vector(text: str, encoder: Encoder, tokenizer: Tokenizer) -> tuple[NDArray[np.float64], int]:
    rows = encode(EssayRequest(essay=text, scale=_SCALE), tokenizer, _MANIFEST)
    means = [encoder(tuple(row.input_ids)).mean(axis=0) for row in rows]
    return pooled(rows, means), int(rows[-1].features[0])


def _write(path: Path, found: Sequence[tuple[NDArray[np.float64], int]]) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        np.savez(file, vectors=[vector for vector, _ in found], tokens=[tokens for _, tokens in found])
    draft.rename(path)


def _digest(essays: Sequence[Essay], model: bytes) -> str:
    digest = hashlib.sha256(hashlib.sha256(model).digest())
    for essay in essays:
        digest.update(essay.text.encode())
    return digest.hexdigest()[:16]


def _one_thread() -> onnxruntime.SessionOptions:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return options
