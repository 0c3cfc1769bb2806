"""Embeddings of a data set's texts by the frozen base, in int8 as releases carry it and in fp32."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.encoder import Encoder
from lectern.model import TOKENIZER
from lectern.packs.embedding import pooled
from lectern.packs.features import VERSION, WIDTH
from model_store.build.encoder import float_encoder, int8_encoder
from model_store.catalogue import Base
from model_store.home import home
from model_store.sources import base_folder

LONGEST = 510
"""Tokens of a text that one window holds beside [CLS] and [SEP]."""

KINDS = ("int8", "fp32")

Embeddings = dict[str, NDArray[np.float32]]
"""Text → its embedding and peaks (2, 384)."""


def embedded(base: Base, kind: str, texts: Sequence[str], progress: Callable[[int, int], None]) -> Embeddings:
    """The embeddings of texts by the base in int8 or fp32; what was embedded before comes from the cache."""
    wanted = sorted(set(texts))
    digest = hashlib.sha256("\0".join([base.sha256, kind, str(VERSION), *wanted]).encode()).hexdigest()[:16]
    cache = home() / "embeddings" / f"{digest}.npy"
    if not cache.exists():
        encoder, tokenizer = _encoder(base, kind)
        vectors = np.zeros((len(wanted), 2, WIDTH), dtype=np.float32)
        for number, text in enumerate(wanted):
            vectors[number] = _pooled(encoder, tokenizer, text)
            progress(number + 1, len(wanted))
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.save(cache, vectors)
    return dict(zip(wanted, np.load(cache), strict=True))


def _pooled(encoder: Encoder, tokenizer: Tokenizer, text: str) -> NDArray[np.float32]:
    first, *tokens, last = tokenizer.encode(text).ids
    windows = [tokens[start : start + LONGEST] for start in range(0, max(1, len(tokens)), LONGEST)]
    return pooled(np.concatenate([encoder((first, *window, last)) for window in windows]))


def _encoder(base: Base, kind: str) -> tuple[Encoder, Tokenizer]:
    folder = base_folder(base)
    graph = int8_encoder(base).read_bytes() if kind == "int8" else float_encoder(folder).SerializeToString()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Encoder(session), tokenizer
