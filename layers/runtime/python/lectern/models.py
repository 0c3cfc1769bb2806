"""The releases that this process answers with: which version answers whom, loaded once and held as long as it fits."""

import hashlib
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from lectern.errors import ReleaseRejected, StoreUnavailable
from lectern.held import Held, Key
from lectern.load import load
from lectern.manifest import Alias
from lectern.model import LoadedModel
from lectern.release import Pin, read_alias, read_release
from lectern.settings import Settings, settings
from lectern.store import Store, open_store


@dataclass(frozen=True)
class _Seen:
    alias: Alias
    at: float


class Models:
    """Resolves and loads releases of one store; safe to use from several threads.

    Whoever needs what is not here yet fetches it under a lock of its own, so that the others' requests go on.
    """

    def __init__(self, store: Store, config: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._aliases: dict[str, _Seen] = {}
        self._held = Held(config.models_mb)
        self._lock = threading.Lock()
        self._fetching: defaultdict[object, threading.Lock] = defaultdict(threading.Lock)

    def resolve(self, model: str, version: str | None, tenant: str = "", student: str = "") -> Pin:
        """The version that answers: the one that is asked for, else the alias's, or its canary's for some students.

        Settings may put another model in the place of `model`.

        Raises:
            UnknownRelease: there is no alias.
            StoreUnavailable: the alias can't be read, and never was.
        """
        model = self._config.models.get(model, model)
        if version:
            return Pin(model, version)
        alias = self._alias(model)
        canary = alias.canary
        if canary and student and _share(tenant, student) < canary.weight:
            return Pin(model, canary.version)
        return Pin(model, alias.version, alias.manifest_version_id, alias.manifest_sha256)

    def get(self, pin: Pin) -> LoadedModel:
        """The model of a pin, loaded on first use. Raises UnknownRelease, ReleaseRejected or StoreUnavailable."""
        key = (pin.model, pin.version)
        model = self._held.get(key)
        if model is None:
            with self._fetcher(key):
                model = self._held.get(key) or self._load(key, pin)
        if pin.manifest_sha256 not in (None, model.release.digest):
            raise ReleaseRejected(f"The alias pins another manifest of {pin.model} {pin.version} than the one loaded.")
        return model

    def forget_aliases(self) -> None:
        """Look at each alias anew before the next answer; what is loaded stays."""
        self._aliases.clear()

    def _load(self, key: Key, pin: Pin) -> LoadedModel:
        """Load, then make room: a release that is refused drives out none."""
        model = load(self._store, read_release(self._store, pin, self._config.public_key))
        self._held.add(key, model)
        return model

    def _fetcher(self, key: object) -> threading.Lock:
        with self._lock:
            return self._fetching[key]

    def _alias(self, model: str) -> Alias:
        """The alias as last seen; when that is too long ago, one request looks again and the others go on with it."""
        seen = self._aliases.get(model)
        if seen is not None and self._clock() - seen.at <= self._config.alias_seconds:
            return seen.alias
        fetcher = self._fetcher(model)
        if not fetcher.acquire(blocking=seen is None):
            assert seen is not None
            return seen.alias
        try:
            return self._look(model, self._aliases.get(model))
        finally:
            fetcher.release()

    def _look(self, model: str, seen: _Seen | None) -> Alias:
        """Read the alias. While the store is down, a warm function goes on with what it knows, and says so."""
        try:
            alias = read_alias(self._store, model, self._config.alias)
        except StoreUnavailable as error:
            if seen is None:
                raise
            logging.getLogger("lectern").warning("alias of %s not read again: %s", model, error.detail)
            alias = seen.alias
        self._aliases[model] = _Seen(alias, self._clock())
        return alias


def _share(tenant: str, student: str) -> float:
    """A fixed place in [0, 1) for each student, so that a canary is sticky."""
    return int.from_bytes(hashlib.sha256(f"{tenant}\0{student}".encode()).digest()[:8]) / 2**64


@cache
def shared() -> Models:
    """The models of this process, from its settings."""
    config = settings()
    return Models(open_store(config.store, config.store_timeout_seconds), config)
