"""Where a tenant's question packs lie: versions that never change, and a pointer that a conditional write moves.

The tenant comes first in every key and always from the principal.
"""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from pydantic import ValidationError

from lectern.errors import PackRejected, StoreUnavailable, UnknownObject, UnknownPack
from lectern.manifest import Document
from lectern.packs.pack import QuestionPack, read
from lectern.settings import settings
from lectern.store import Blob, Store, open_store

MOST_HELD = 64
"""Packs that a warm function keeps, about 0.2 MB each."""


class Pointer(Document):
    """Which version of a question's pack counts."""

    question_id: str
    version: str
    sha256: str


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
        return self._read(tenant, question_id)[0]

    def pointer(self, tenant: str, question_id: str) -> Pointer | None:
        """Which version counts now, for those who will ask for just that one; None if the question has no pack."""
        try:
            return self._pointer(tenant, question_id)[0] if self._store else None
        except UnknownPack:
            return None

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
        store = self._open()
        try:
            known, blob = self._pointer(tenant, question_id)
            number, condition = int(known.version) + 1, blob.etag
        except UnknownPack:
            number, condition = 1, ""
        pack = make(str(number))
        data = pack.model_dump_json().encode()
        digest = hashlib.sha256(data).hexdigest()
        pointer = Pointer(question_id=question_id, version=pack.version, sha256=digest)
        store.put(_pack_key(tenant, pointer), data)
        written = pointer.model_dump_json().encode()
        key = _pointer_key(tenant, question_id)
        store.put(key, written, if_match=condition or None, if_none_match=not condition)
        self._keep((tenant, question_id), pack)
        return pack

    def questions(self, tenant: str) -> list[str]:
        """The questions of a tenant that have a pack, sorted."""
        store = self._open()
        keys = [key for key in store.keys(f"tenants/{tenant}/packs/") if key.endswith("/current.json")]
        return sorted(str(json.loads(store.get(key).data)["question_id"]) for key in keys)

    def delete(self, tenant: str, question_id: str) -> int:
        """Erase every version of the question's pack, the pointer first; returns how many packs there were.

        Raises UnknownPack when nothing is left of it.
        """
        store, folder = self._open(), _folder(tenant, question_id)
        keys = sorted(store.keys(folder), key=lambda key: not key.endswith("/current.json"))
        if not keys:
            raise UnknownPack("The question has no pack.")
        for key in keys:
            for version in store.versions(key):
                store.delete(key, version.version_id)
        with self._lock:
            self._seen.pop((tenant, question_id), None)
        return sum(not key.endswith("/current.json") for key in keys)

    def _open(self) -> Store:
        if self._store is None:
            raise StoreUnavailable("No data store is configured: LECTERN_DATA_STORE is s3://bucket or file:folder.")
        return self._store

    def _keep(self, key: tuple[str, str], pack: QuestionPack | None) -> None:
        with self._lock:
            self._seen[key] = _Seen(pack, self._clock())
            self._seen.move_to_end(key)
            while len(self._seen) > MOST_HELD:
                self._seen.popitem(last=False)

    def _read(self, tenant: str, question_id: str) -> tuple[QuestionPack, str]:
        pointer, blob = self._pointer(tenant, question_id)
        return self._version(tenant, pointer), blob.etag

    def _version(self, tenant: str, pointer: Pointer) -> QuestionPack:
        try:
            data = self._open().get(_pack_key(tenant, pointer)).data
        except UnknownObject as error:
            raise PackRejected(f"question_id: version {pointer.version} of the question's pack is gone.") from error
        if hashlib.sha256(data).hexdigest() != pointer.sha256:
            raise PackRejected(f"question_id: version {pointer.version} of the question's pack is damaged.")
        return read(data)

    def _pointer(self, tenant: str, question_id: str) -> tuple[Pointer, Blob]:
        try:
            blob = self._open().get(_pointer_key(tenant, question_id))
        except UnknownObject as error:
            raise UnknownPack("The question has no pack.") from error
        try:
            return Pointer.model_validate_json(blob.data), blob
        except ValidationError as error:
            raise PackRejected("question_id: what says which pack counts (current.json) is damaged.") from error


def _folder(tenant: str, question_id: str) -> str:
    """A question's folder: a digest, because a question's id may be any text."""
    return f"tenants/{tenant}/packs/{hashlib.sha256(question_id.encode()).hexdigest()[:32]}/"


def _pointer_key(tenant: str, question_id: str) -> str:
    return f"{_folder(tenant, question_id)}current.json"


def _pack_key(tenant: str, pointer: Pointer) -> str:
    """Named for its bytes too, so that two who write the same version at once do not meet."""
    return f"{_folder(tenant, pointer.question_id)}{pointer.version}-{pointer.sha256[:16]}.json"


@cache
def shared() -> Packs:
    """The packs of this process, from its settings."""
    config = settings()
    store = open_store(config.data_store, config.store_timeout_seconds) if config.data_store else None
    return Packs(store, config.alias_seconds)
