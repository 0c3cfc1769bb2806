"""Which int8 scheme keeps an embedding model's vectors, and what they find, near fp32: the smallest file that does."""

import dataclasses
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from lectern.model import LoadedModel
from lectern.search.documents import Document
from model_store.build.quantise import DEFAULT, Scheme, quantise
from model_store.errors import DataError
from model_store.search.asked import Asked, ask, measured, rankings
from model_store.search.questions import Question

LEAST_MEAN, LEAST = 0.99, 0.97
"""Cosines of int8 and fp32: on average, and at worst."""

MOST_LOST = 0.01
"""MRR@10 by meaning that int8 may lose to fp32."""

_NARROW = tuple(f"encoder.layer.{number}.narrow" for number in range(6))
_UNSIGNED = Scheme(signed=False, reduced_range=False)

SCHEMES = (
    DEFAULT,
    Scheme(apart=False),
    *(Scheme(in_float=_NARROW[:number], apart=False) for number in (2, 3, 4, 6)),
    _UNSIGNED,
    Scheme(embeddings=False),
)
"""None saturates: each answers alike on every CPU."""


@dataclass(frozen=True)
class Tried:
    """A scheme, what its file answered, and what there is to say of it."""

    scheme: Scheme
    asked: Asked
    facts: dict[str, Any]


def try_schemes(
    graph: onnx.ModelProto,
    fp32: LoadedModel,
    texts: Sequence[Document],
    questions: Sequence[Question],
    progress: Callable[[], None],
) -> tuple[Asked, list[Tried]]:
    """Everything read in fp32, and by the file of every scheme."""
    exact = ask(fp32, texts, questions, progress)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.onnx")
        return exact, [_tried(graph, path, scheme, fp32, exact, texts, questions, progress) for scheme in SCHEMES]


def smallest(tried: Sequence[Tried]) -> Tried:
    """The one to ship. Raises DataError where none is near enough to fp32."""
    good = [one for one in tried if _is_near(one.facts)]
    if not good:
        raise DataError(f"no scheme keeps cosines of {LEAST_MEAN} on average, {LEAST} at worst, and MRR to {MOST_LOST}")
    return min(good, key=lambda one: float(one.facts["megabytes"]))


def _is_near(facts: dict[str, Any]) -> bool:
    lost = facts["mrr_fp32"] - facts["mrr"]
    return bool(facts["mean_cosine"] >= LEAST_MEAN and facts["least_cosine"] >= LEAST and lost <= MOST_LOST)


def _mrr(asked: Asked, questions: Sequence[Question]) -> float:
    return round(float(measured(rankings(asked, questions), questions)["meaning"].mean()), 4)


def _tried(
    graph: onnx.ModelProto,
    path: Path,
    scheme: Scheme,
    fp32: LoadedModel,
    exact: Asked,
    texts: Sequence[Document],
    questions: Sequence[Question],
    progress: Callable[[], None],
) -> Tried:
    quantise(graph, path, scheme)
    model, started = dataclasses.replace(fp32, session=session(path)), time.process_time()
    found = ask(model, texts, questions, progress)
    seconds, cosines = time.process_time() - started, np.sum(found.vectors * exact.vectors, axis=1)
    facts = {
        "name": scheme.name,
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "milliseconds": round(seconds / len(cosines) * 1000, 2),
        "mean_cosine": round(float(cosines.mean()), 4),
        "least_cosine": round(float(cosines.min()), 4),
        "mrr": _mrr(found, questions),
        "mrr_fp32": _mrr(exact, questions),
    }
    return Tried(scheme, found, facts)


def session(path: Path) -> onnxruntime.InferenceSession:
    """A session on one thread, as in service."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
