"""Where releases lie: versioned objects with conditional writes, in S3 or in a local folder."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from lectern.errors import StoreUnavailable


@dataclass(frozen=True)
class ObjectVersion:
    """One version of one object; `etag` is what a conditional write compares."""

    version_id: str
    etag: str


@dataclass(frozen=True)
class Blob(ObjectVersion):
    """A version with its bytes."""

    data: bytes


class Store(Protocol):
    """The one interface with two implementations. Every method raises StoreUnavailable when the store fails."""

    def get(self, key: str, version_id: str | None = None) -> Blob:
        """The newest version, or the one that is asked for. Raises UnknownObject."""

    def put(self, key: str, data: bytes, *, if_match: str | None = None, if_none_match: bool = False) -> ObjectVersion:
        """Write a new version; with `if_match` only over this ETag, with `if_none_match` only over nothing.

        Raises Conflict when the condition does not hold.
        """

    def stream(self, key: str, version_id: str | None = None) -> AbstractContextManager[IO[bytes]]:
        """The same bytes as `get`, a few at a time. Raises UnknownObject."""

    def upload(self, key: str, path: Path) -> ObjectVersion:
        """Write a file's bytes as a new version, without holding them all."""

    def link(self, key: str, seconds: int, version_id: str | None = None, *, write: bool = False) -> str:
        """An address at which whoever has it may read the object, or write one, for so long."""

    def keys(self, prefix: str) -> list[str]:
        """Keys that start with `prefix`, sorted."""

    def versions(self, key: str) -> list[ObjectVersion]:
        """Every version of a key, newest first."""

    def delete(self, key: str, version_id: str) -> None:
        """Remove one version for good; nothing happens where it is gone already."""


def open_store(url: str, timeout: float = 10.0) -> Store:
    """The store at `s3://bucket` or `file:folder`; `timeout` in seconds is for one answer of S3.

    Raises:
        StoreUnavailable: the address is neither.
    """
    scheme, _, place = url.partition(":")
    if scheme == "s3" and place.strip("/"):
        from lectern.store.s3 import S3Store

        return S3Store(place.strip("/"), timeout)
    if scheme == "file" and place:
        from lectern.store.local import LocalStore

        return LocalStore(Path(place))
    raise StoreUnavailable("No store is configured: LECTERN_STORE must be s3://bucket or file:folder.")
