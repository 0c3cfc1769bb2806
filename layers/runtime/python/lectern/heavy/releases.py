"""The release of a heavy model as a function holds it: manifest and tokenizer; the weights are on the endpoint."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from lectern.call import Call
from lectern.errors import ReleaseRejected
from lectern.held import MOST_VERSIONS
from lectern.load import fetch, read_tokenizer
from lectern.model import TOKENIZER, Encoding
from lectern.release import Pin, Release, read_release
from lectern.store import Store

Ask = Callable[[Release, Sequence[Encoding], float], list[NDArray[np.float32]]]
"""Rows of a release to their logits, until a time of the monotonic clock (Caller.logits)."""


@dataclass(frozen=True)
class RemoteModel:
    """See Model; it has no encoder here, so an explanation says nothing of the reference."""

    release: Release
    tokenizer: Tokenizer
    ask: Ask
    files: Mapping[str, bytes] = field(default_factory=dict)
    encoder: None = None

    def infer_all(self, rows: Sequence[Encoding], call: Call) -> list[NDArray[np.float32]]:
        """See Model; all rows in one request. Raises as Caller.logits."""
        assert call.deadline is not None
        return self.ask(self.release, rows, call.deadline) if rows else []

    def further(self, names: Sequence[str]) -> list[bytes]:
        """See Model."""
        for name in set(names) - self.files.keys():
            raise ReleaseRejected(f"What {name} is for can't be done by an endpoint.")
        return [self.files[name] for name in names]


class RemoteReleases:
    """Releases that endpoints serve, each read once, two at most."""

    def __init__(self, store: Store, public_key: str, ask: Ask) -> None:
        self._store, self._key, self._ask = store, public_key, ask
        self._known: OrderedDict[tuple[str, str], RemoteModel] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, pin: Pin) -> RemoteModel:
        """The release of a pin. Raises UnknownRelease, ReleaseRejected or StoreUnavailable."""
        with self._lock:
            model = self._known.get((pin.model, pin.version)) or self._read(pin)
            self._known[pin.model, pin.version] = model
            self._known.move_to_end((pin.model, pin.version))
            while len(self._known) > MOST_VERSIONS:
                self._known.popitem(last=False)
        if pin.manifest_sha256 not in (None, model.release.digest):
            raise ReleaseRejected(f"The alias pins another manifest of {pin.model} {pin.version} than the one read.")
        return model

    def _read(self, pin: Pin) -> RemoteModel:
        release = read_release(self._store, pin, self._key)
        data = fetch(self._store, TOKENIZER, release.manifest)
        return RemoteModel(release, read_tokenizer(data, release.manifest), self._ask, {TOKENIZER: data})
