"""Where a tenant's schemes lie: one document each, `tenants/{tenant}/schemes/{name}.json`."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import cache

from lectern.errors import StoreUnavailable, UnknownObject, UnknownScheme
from lectern.schemes.pack import SchemePack, read
from lectern.settings import settings
from lectern.store import Store, open_store

MOST_HELD = 64
"""Schemes that a warm function keeps, 0.2 MB each at most."""


class Schemes:
    """The schemes of a data store (None: there is none, and nobody has a scheme); safe for several threads."""

    def __init__(self, store: Store | None, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._seconds, self._clock = store, seconds, clock
        self._seen: OrderedDict[tuple[str, str], tuple[float, SchemePack]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, tenant: str, name: str) -> SchemePack:
        """The scheme, as known for at most some seconds. Raises UnknownScheme, SchemeRejected or StoreUnavailable."""
        with self._lock:
            at, pack = self._seen.get((tenant, name), (0.0, None))
        if pack and self._clock() - at <= self._seconds:
            return pack
        return self.get(tenant, name)

    def get(self, tenant: str, name: str) -> SchemePack:
        """The scheme as it is now. Raises as `find`."""
        if self._store is None:
            raise UnknownScheme("There is no such scheme.")
        try:
            pack = read(self._store.get(_key(tenant, name)).data)
        except UnknownObject as error:
            self._forget(tenant, name)
            raise UnknownScheme("There is no such scheme.") from error
        self._keep(tenant, pack)
        return pack

    def put(self, tenant: str, pack: SchemePack) -> None:
        """Keep a scheme, in the place of the one of its name. Raises StoreUnavailable."""
        self._there().put(_key(tenant, pack.name), pack.model_dump_json().encode())
        self._keep(tenant, pack)

    def names(self, tenant: str) -> list[str]:
        """The names of the tenant's schemes, sorted. Raises StoreUnavailable."""
        start = _folder(tenant)
        keys = self._there().keys(start)
        return sorted(key.removeprefix(start).removesuffix(".json") for key in keys)

    def delete(self, tenant: str, name: str) -> None:
        """Erase every version of a scheme. Raises UnknownScheme where there is none, StoreUnavailable."""
        store, key = self._there(), _key(tenant, name)
        versions = store.versions(key)
        self._forget(tenant, name)
        if not versions:
            raise UnknownScheme("There is no such scheme.")
        for version in versions:
            store.delete(key, version.version_id)

    def _there(self) -> Store:
        if self._store is None:
            raise StoreUnavailable("No data store is configured: LECTERN_DATA_STORE is s3://bucket or file:folder.")
        return self._store

    def _keep(self, tenant: str, pack: SchemePack) -> None:
        with self._lock:
            self._seen[tenant, pack.name] = self._clock(), pack
            self._seen.move_to_end((tenant, pack.name))
            while len(self._seen) > MOST_HELD:
                self._seen.popitem(last=False)

    def _forget(self, tenant: str, name: str) -> None:
        with self._lock:
            self._seen.pop((tenant, name), None)


def _folder(tenant: str) -> str:
    return f"tenants/{tenant}/schemes/"


def _key(tenant: str, name: str) -> str:
    return f"{_folder(tenant)}{name}.json"


@cache
def shared() -> Schemes:
    """The schemes of this process, from its settings."""
    config = settings()
    store = open_store(config.data_store, config.store_timeout_seconds) if config.data_store else None
    return Schemes(store, config.alias_seconds)
