"""Which version of a question's pack counts: a pointer that a conditional write moves.

The tenant comes first in every key and always from the principal.
"""

import hashlib

from pydantic import ValidationError

from lectern.errors import PackRejected, StoreUnavailable, UnknownObject, UnknownPack
from lectern.manifest import Document
from lectern.store import Blob, Store


class Pointer(Document):
    """Which version of a question's pack counts."""

    question_id: str
    version: str
    sha256: str


class Pointers:
    """The pointers in a data store (None: there is none, and no question has a pack)."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def find(self, tenant: str, question_id: str) -> Pointer | None:
        """Which version counts now, for those who will ask for just that one; None if the question has no pack.

        Raises PackRejected for a damaged pointer, StoreUnavailable.
        """
        try:
            return self.read(tenant, question_id)[0] if self._store else None
        except UnknownPack:
            return None

    def read(self, tenant: str, question_id: str) -> tuple[Pointer, Blob]:
        """The pointer and what was read, whose etag is what its next move rests on.

        Raises UnknownPack, PackRejected for a damaged pointer, StoreUnavailable.
        """
        try:
            blob = self.store.get(pointer_key(tenant, question_id))
        except UnknownObject as error:
            raise UnknownPack("The question has no pack.") from error
        try:
            return Pointer.model_validate_json(blob.data), blob
        except ValidationError as error:
            raise PackRejected("question_id: what says which pack counts (current.json) is damaged.") from error

    def move(self, tenant: str, pointer: Pointer, etag: str) -> None:
        """Let another version count, if nobody moved the pointer since (`etag`, empty if there was none).

        Raises Conflict, StoreUnavailable.
        """
        written = pointer.model_dump_json().encode()
        self.store.put(pointer_key(tenant, pointer.question_id), written, if_match=etag or None, if_none_match=not etag)

    @property
    def store(self) -> Store:
        """The data store. Raises StoreUnavailable where there is none."""
        if self._store is None:
            raise StoreUnavailable("No data store is configured: LECTERN_DATA_STORE is s3://bucket or file:folder.")
        return self._store


def folder(tenant: str, question_id: str) -> str:
    """A question's folder: a digest, because a question's id may be any text."""
    return f"tenants/{tenant}/packs/{hashlib.sha256(question_id.encode()).hexdigest()[:32]}/"


def pointer_key(tenant: str, question_id: str) -> str:
    """Of the pointer."""
    return f"{folder(tenant, question_id)}current.json"


def pack_key(tenant: str, pointer: Pointer) -> str:
    """Of a version: named for its bytes too, so that two who write the same version at once do not meet."""
    return f"{folder(tenant, pointer.question_id)}{pointer.version}-{pointer.sha256[:16]}.json"
