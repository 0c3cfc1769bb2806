"""The releases that a process keeps loaded: two versions of each model, all within a bound of memory, if it has one."""

import threading
from collections import OrderedDict

from lectern.manifest import Manifest
from lectern.memory import give_back_memory
from lectern.model import LoadedModel

MOST_VERSIONS = 2
"""Of each model: a live version and a canary, or the one before; more would not fit a small function's memory."""

MEGABYTE = 2**20

TIMES, BESIDE = 0.6, 29 * MEGABYTE
"""Memory that a loaded model takes: so many times its files, and so many bytes. It covers what
`python -m tests.perf.text` measures of each after rows of its greatest length, and hardly more."""

Key = tuple[str, str]
"""A model and a version."""


class Held:
    """Loaded models within `megabytes` together (0: no bound), the least recently used out first.

    The last one that came stays whatever its size. What a request uses lives on until the request is done. Safe for
    several threads.
    """

    def __init__(self, megabytes: int = 0) -> None:
        self._most, self._lock = megabytes * MEGABYTE, threading.Lock()
        self._models: OrderedDict[Key, LoadedModel] = OrderedDict()

    def get(self, key: Key) -> LoadedModel | None:
        """The model if it is here; it is then the last one used."""
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
            return self._models.get(key)

    def add(self, key: Key, model: LoadedModel) -> None:
        """Keep a model, and let go what it leaves no room for."""
        with self._lock:
            self._models[key] = model
            before = len(self._models)
            for known in [known for known in self._models if known[0] == key[0]][:-MOST_VERSIONS]:
                del self._models[known]
            while self._is_full():
                self._models.popitem(last=False)
            shrunk = len(self._models) < before
        if shrunk:
            give_back_memory()

    def loaded(self) -> list[Key]:
        """What is here, the least recently used first."""
        with self._lock:
            return list(self._models)

    def _is_full(self) -> bool:
        taken = sum(cost(model.release.manifest) for model in self._models.values())
        return 0 < self._most < taken and len(self._models) > 1


def cost(manifest: Manifest) -> int:
    """Bytes of memory that a release takes when it is loaded, about."""
    return BESIDE + int(TIMES * sum(file.size for file in manifest.files.values()))
