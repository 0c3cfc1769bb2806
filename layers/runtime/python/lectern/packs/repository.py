"""Where a tenant's question packs lie: versions that never change, and a pointer to the one that counts."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from lectern.errors import PackRejected, UnknownObject, UnknownPack
from lectern.packs.pack import QuestionPack, read
from lectern.packs.pointers import Pointer, Pointers, folder, pack_key
from lectern.settings import settings
from lectern.store import Store, open_store

MOST_HELD = 64
"""Packs that a warm function keeps, about 0.2 MB each."""


@dataclass(frozen=True)
class _Seen:
    pack: QuestionPack | None
    at: float


class FindsPacks(Protocol):
    """What the pipeline asks for a question's pack."""

    def find(self, tenant: str, question_id: str) -> QuestionPack | None:
        """The pack that answers, or None."""


class Packs:
    """The packs of a data store (None: there is none, and no question has a pack); safe for several threads."""

    def __init__(self, store: Store | None, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._seconds, self._clock = store, seconds, clock
        self._pointers = Pointers(store)
        self._seen: OrderedDict[tuple[str, str], _Seen] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, tenant: str, question_id: str) -> QuestionPack | None:
        """The question's pack, as known for at most some seconds; None if it has none.

        Raises PackRejected for a damaged pack, StoreUnavailable when nothing is known of the question.
        """
        if self._store is None:
            return None
        key = (tenant, question_id)
        with self._lock:
            seen = self._seen.get(key)
            if seen and self._clock() - seen.at <= self._seconds:
                self._seen.move_to_end(key)
                return seen.pack
        try:
            pack: QuestionPack | None = self.get(tenant, question_id)
        except UnknownPack:
            pack = None
        self._keep(key, pack)
        return pack

    def get(self, tenant: str, question_id: str) -> QuestionPack:
        """The question's pack as it is now. Raises UnknownPack, PackRejected or StoreUnavailable."""
        return self._version(tenant, self._pointers.read(tenant, question_id)[0])

    def at(self, tenant: str, pointer: Pointer) -> QuestionPack:
        """The version that a pointer names. Raises PackRejected or StoreUnavailable."""
        key = (tenant, f"{pointer.question_id}\0{pointer.version}")
        with self._lock:
            seen = self._seen.get(key)
        pack = seen.pack if seen else None
        if pack is None:
            pack = self._version(tenant, pointer)
            self._keep(key, pack)
        return pack

    def put(self, tenant: str, make: Callable[[str], QuestionPack], question_id: str) -> QuestionPack:
        """Keep what `make` builds for the next version's name, and let it count.

        Raises Conflict when somebody else was quicker; StoreUnavailable.
        """
        store = self._pointers.store
        try:
            known, blob = self._pointers.read(tenant, question_id)
            number, etag = int(known.version) + 1, blob.etag
        except UnknownPack:
            number, etag = 1, ""
        pack = make(str(number))
        data = pack.model_dump_json().encode()
        digest = hashlib.sha256(data).hexdigest()
        pointer = Pointer(question_id=question_id, version=pack.version, sha256=digest)
        store.put(pack_key(tenant, pointer), data)
        self._pointers.move(tenant, pointer, etag)
        self._keep((tenant, question_id), pack)
        return pack

    def questions(self, tenant: str) -> list[str]:
        """The questions of a tenant that have a pack, sorted."""
        store = self._pointers.store
        keys = [key for key in store.keys(f"tenants/{tenant}/packs/") if key.endswith("/current.json")]
        return sorted(str(json.loads(store.get(key).data)["question_id"]) for key in keys)

    def delete(self, tenant: str, question_id: str) -> int:
        """Erase every version of the question's pack, the pointer first; returns how many packs there were.

        Raises UnknownPack when nothing is left of it.
        """
        store = self._pointers.store
        keys = sorted(store.keys(folder(tenant, question_id)), key=lambda key: not key.endswith("/current.json"))
        if not keys:
            raise UnknownPack("The question has no pack.")
        for key in keys:
            for version in store.versions(key):
                store.delete(key, version.version_id)
        with self._lock:
            self._seen.pop((tenant, question_id), None)
        return sum(not key.endswith("/current.json") for key in keys)

    def _keep(self, key: tuple[str, str], pack: QuestionPack | None) -> None:
        with self._lock:
            self._seen[key] = _Seen(pack, self._clock())
            self._seen.move_to_end(key)
            while len(self._seen) > MOST_HELD:
                self._seen.popitem(last=False)

    def _version(self, tenant: str, pointer: Pointer) -> QuestionPack:
        try:
            data = self._pointers.store.get(pack_key(tenant, pointer)).data
        except UnknownObject as error:
            raise PackRejected(f"question_id: version {pointer.version} of the question's pack is gone.") from error
        if hashlib.sha256(data).hexdigest() != pointer.sha256:
            raise PackRejected(f"question_id: version {pointer.version} of the question's pack is damaged.")
        return read(data)


@cache
def shared() -> Packs:
    """The packs of this process, from its settings."""
    config = settings()
    store = open_store(config.data_store, config.store_timeout_seconds) if config.data_store else None
    return Packs(store, config.alias_seconds)
