"""Where a collection's segments lie: objects that are written once, under names that nobody had before."""

import hashlib
import secrets
from collections.abc import Iterable

from lectern.errors import CollectionDamaged, StoreUnavailable
from lectern.search.heads import Head, Part
from lectern.search.packing import pack, unpack
from lectern.search.segment import Segment
from lectern.store import Store


class Parts:
    """The segments of a data store (None: there is none). Every method raises StoreUnavailable."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def read(self, tenant: str, birth: str, part: Part) -> Segment:
        """A segment, byte for byte the one that its head names. Raises UnknownObject or CollectionDamaged."""
        data = self.store.get(f"{folder(tenant, birth)}{part.name}").data
        if hashlib.sha256(data).hexdigest() != part.sha256:
            raise CollectionDamaged("A part of the collection is not what was written.")
        return unpack(data)

    def write(self, tenant: str, birth: str, segment: Segment) -> Part:
        """Write a segment, which nobody sees before a head names it."""
        data, name = pack(segment), f"{secrets.token_hex(12)}.npz"
        self.store.put(f"{folder(tenant, birth)}{name}", data, if_none_match=True)
        counts = {"documents": len(segment.documents), "passages": len(segment.lengths)}
        return Part(name=name, sha256=hashlib.sha256(data).hexdigest(), **counts)

    def erase(self, tenant: str, birth: str, names: Iterable[str]) -> list[str]:
        """Remove every version of these segments, and give the names of those that can't be removed now."""
        stuck = []
        for name in names:
            try:
                self._erase(f"{folder(tenant, birth)}{name}")
            except StoreUnavailable:
                stuck.append(name)
        return stuck

    def erase_all(self, tenant: str, head: Head) -> None:
        """Remove every version of all there is of a collection, what killed writes left behind, too."""
        for key in self.store.keys(folder(tenant, head.birth)):
            self._erase(key)

    def _erase(self, key: str) -> None:
        for version in self.store.versions(key):
            self.store.delete(key, version.version_id)

    @property
    def store(self) -> Store:
        """The data store. Raises StoreUnavailable where there is none."""
        if self._store is None:
            raise StoreUnavailable("No data store is configured: LECTERN_DATA_STORE is s3://bucket or file:folder.")
        return self._store


def folder(tenant: str, birth: str) -> str:
    """Where a collection's segments lie."""
    return f"tenants/{tenant}/collections/{birth}/"
