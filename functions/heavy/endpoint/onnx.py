"""An engine of onnxruntime: the release as a function would load it, its rows side by side on threads.

One row per run, as in the functions (docs/adr/0001): on a CPU a batch gains nothing, and these graphs have no mask.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from lectern.model import Encoding, LoadedModel
from lectern.release import Release


class OnnxEngine:
    """See Engine."""

    def __init__(self, model: LoadedModel) -> None:
        self._model, self._pool = model, ThreadPoolExecutor(os.cpu_count())

    @property
    def release(self) -> Release:
        """See Engine."""
        return self._model.release

    def answer(self, rows: Sequence[Encoding]) -> list[NDArray[np.float32]]:
        """See Engine."""
        return list(self._pool.map(self._model.infer, rows))
