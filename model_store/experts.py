"""A grader's experts asked one by one, in int8 as a build makes them and in fp32 beside it."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from functions.grading.schemas import GradeRequest
from functions.grading.task import encode
from lectern.encoder import Encoder
from lectern.model import LoadedModel
from model_store.build.builder import build
from model_store.build.grading import float_experts, int8_experts
from model_store.catalogue import Model
from model_store.release.rehearsal import rehearse
from model_store.sources import base_folder

Numbers = NDArray[np.float64]


@dataclasses.dataclass(frozen=True)
class Experts:
    """Two models that answer with the ten numbers of `model_store.build.grader.experts_graph`."""

    int8: LoadedModel
    fp32: LoadedModel

    @classmethod
    def of(cls, model: Model) -> "Experts":
        """Of a model whose adapter is a grader. Raises as `build`."""
        base = base_folder(model.base)
        release = rehearse(build(model), model.name)
        return cls(_with(release, *int8_experts(model, base)), _with(release, *float_experts(model, base)))

    def ask(self, requests: Sequence[GradeRequest], progress: Callable[[int], None]) -> tuple[Numbers, Numbers]:
        """What int8 and fp32 say, (n, 10) each, by the first window of each answer."""
        told: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = [], []
        for number, request in enumerate(requests):
            row = encode(request, self.int8.tokenizer, self.int8.release.manifest)[0]
            for rows, model in zip(told, (self.int8, self.fp32), strict=True):
                rows.append(model.infer(row))
            progress(number + 1)
        return np.array(told[0], dtype=float), np.array(told[1], dtype=float)


def _with(release: LoadedModel, encoder: bytes, graph: bytes) -> LoadedModel:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    sessions = [onnxruntime.InferenceSession(data, options) for data in (encoder, graph)]
    return dataclasses.replace(release, encoder=Encoder(sessions[0]), session=sessions[1])
