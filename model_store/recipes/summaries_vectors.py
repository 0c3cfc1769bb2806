"""The sentence vectors that the scorer of summaries sees: of the int8 encoder, as in service, read once and kept."""

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.normalise import normalise
from lectern.search.reading import pooled, token_ids, windows
from model_store.build.embedding import float_graph
from model_store.build.quantise import quantise, read_scheme
from model_store.catalogue import Model, read_model
from model_store.home import home
from model_store.recipes.recipe import tokenizer_of
from model_store.sources import base_folder

LONGEST = 256
TOLD = 2_000
"""After so many sentences it is told how far the reading is."""

Floats = NDArray[np.float64]


def read_vectors(model: Model, documents: Sequence[Sequence[str]]) -> list[Floats]:
    """Each document's vectors (sentences, width) of length 1: a few minutes of one core, and none the next time."""
    sentences = [sentence for document in documents for sentence in document]
    scheme = read_scheme(read_model("search").adapter)
    digest = hashlib.sha256(json.dumps([model.base.sha256, scheme.name, sentences]).encode()).hexdigest()
    path = home() / "vectors" / f"{digest[:16]}.npy"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp.npy")
        np.save(draft, np.array(list(_read(model, sentences)), dtype=np.float32))
        draft.replace(path)
    cuts = np.cumsum([len(document) for document in documents])[:-1]
    return np.split(np.load(path).astype(np.float64), cuts)


def _read(model: Model, sentences: Sequence[str]) -> Iterator[NDArray[np.float32]]:
    tokenizer, session = tokenizer_of(model), _session(model)
    for number, sentence in enumerate(sentences, start=1):
        yield _vector(session, tokenizer, sentence)
        if number % TOLD == 0:
            print(f"read {number} of {len(sentences)} sentences", flush=True)


def _vector(session: onnxruntime.InferenceSession, tokenizer: Tokenizer, sentence: str) -> NDArray[np.float32]:
    rows = windows(token_ids(tokenizer, normalise(sentence).text), LONGEST)
    return pooled(rows, [session.run(None, {"input_ids": np.array([r.input_ids], np.int32)})[0][0] for r in rows])


def _session(model: Model) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        quantise(float_graph(base_folder(model.base)), path, read_scheme(read_model("search").adapter))
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
