"""Sentence embeddings of a data set's texts by the frozen base, in int8 as releases carry it and in fp32."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from lectern.model import TOKENIZER, Encoder
from lectern.packs.features import WIDTH
from model_store.build.graph import encoder_graph
from model_store.build.quantise import quantise
from model_store.catalogue import Base
from model_store.home import home
from model_store.sources import base_folder

LONGEST = 510
"""Tokens of a text that one window holds beside [CLS] and [SEP]."""

KINDS = ("int8", "fp32")

Embeddings = dict[str, NDArray[np.float32]]
"""Text → its embedding (384,)."""


def embedded(base: Base, kind: str, texts: Sequence[str], progress: Callable[[int, int], None]) -> Embeddings:
    """The embeddings of texts by the base in int8 or fp32; what was embedded before comes from the cache."""
    wanted = sorted(set(texts))
    digest = hashlib.sha256("\0".join([base.sha256, kind, *wanted]).encode()).hexdigest()[:16]
    cache = home() / "embeddings" / f"{digest}.npy"
    if not cache.exists():
        encoder, tokenizer = _encoder(base, kind)
        vectors = np.zeros((len(wanted), WIDTH), dtype=np.float32)
        for number, text in enumerate(wanted):
            vectors[number] = _mean(encoder, tokenizer, text)
            progress(number + 1, len(wanted))
        cache.parent.mkdir(parents=True, exist_ok=True)
        np.save(cache, vectors)
    return dict(zip(wanted, np.load(cache), strict=True))


def _mean(encoder: Encoder, tokenizer: Tokenizer, text: str) -> NDArray[np.float32]:
    first, *tokens, last = tokenizer.encode(text).ids
    windows = [tokens[start : start + LONGEST] for start in range(0, max(1, len(tokens)), LONGEST)]
    return np.asarray(np.concatenate([encoder((first, *window, last)) for window in windows]).mean(0))


def _encoder(base: Base, kind: str) -> tuple[Encoder, Tokenizer]:
    folder = base_folder(base)
    weights = {name.removeprefix("bert."): value for name, value in load_file(folder / "model.safetensors").items()}
    config = json.loads((folder / "config.json").read_text("utf-8"))
    graph = encoder_graph(
        {name: value.astype(np.float32) for name, value in weights.items()},
        config["num_attention_heads"],
        config["layer_norm_eps"],
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "encoder.onnx")
        if kind == "int8":
            quantise(graph, file)
        else:
            onnx.save(graph, file)
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Encoder(session), tokenizer
