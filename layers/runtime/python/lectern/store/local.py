"""A store in a folder: one folder per key, one file per version."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from urllib.parse import quote, unquote

from lectern.errors import Conflict, StoreUnavailable, UnknownObject
from lectern.store import Blob, ObjectVersion


class LocalStore:
    """Versions are numbered per key, so that their names sort by age."""

    def __init__(self, root: Path) -> None:
        self._objects, self._lock, self._drafts = root / "objects", root / "lock", root / "drafts"

    def get(self, key: str, version_id: str | None = None) -> Blob:
        """See Store."""
        with self.stream(key, version_id) as file:
            data = file.read()
            return Blob(Path(file.name).name, _etag(data), data)

    @contextmanager
    def stream(self, key: str, version_id: str | None = None) -> Iterator[IO[bytes]]:
        """See Store."""
        try:
            file = self._path(key, version_id).open("rb")
        except FileNotFoundError as error:
            raise UnknownObject(f"The store no longer holds {key}: deleted since it was looked up.") from error
        with file:
            yield file

    def upload(self, key: str, path: Path) -> ObjectVersion:
        """See Store."""
        return self.put(key, path.read_bytes())  # on one machine, where nobody pays for memory

    def put(self, key: str, data: bytes, *, if_match: str | None = None, if_none_match: bool = False) -> ObjectVersion:
        """See Store."""
        with _as_unavailable():
            draft = self._drafts / secrets.token_hex(8)
            try:
                self._write(draft, data)
                with self._exclusive():
                    known = self._version_ids(key)
                    self._check(key, known, if_match, if_none_match)
                    version_id = f"{_number(known) + 1:08d}-{secrets.token_hex(4)}"
                    self._folder(key).mkdir(parents=True, exist_ok=True)
                    draft.rename(self._folder(key) / version_id)
            finally:
                draft.unlink(missing_ok=True)
        return ObjectVersion(version_id, _etag(data))

    def link(self, key: str, seconds: int, version_id: str | None = None, *, write: bool = False) -> str:
        """A file's address; nothing can be written through one, and it does not expire."""
        if write:
            raise StoreUnavailable("A local folder takes no uploads; LECTERN_DATA_STORE must be s3://bucket.")
        return self._path(key, version_id).absolute().as_uri()

    def keys(self, prefix: str) -> list[str]:
        """See Store."""
        names = os.listdir(self._objects) if self._objects.exists() else []
        return sorted(key for key in map(unquote, names) if key.startswith(prefix) and self._version_ids(key))

    def versions(self, key: str) -> list[ObjectVersion]:
        """See Store."""
        found = []
        for version_id in self._version_ids(key):
            with suppress(UnknownObject):  # deleted meanwhile
                found.append(ObjectVersion(version_id, self.get(key, version_id).etag))
        return found

    def delete(self, key: str, version_id: str) -> None:
        """See Store."""
        with _as_unavailable():
            if version_id in self._version_ids(key):
                (self._folder(key) / version_id).unlink(missing_ok=True)

    def _path(self, key: str, version_id: str | None) -> Path:
        known = self._version_ids(key)
        if not known or (version_id and version_id not in known):
            raise UnknownObject(f"The store holds no {key}" + (f" in version {version_id}." if version_id else "."))
        return self._folder(key) / (version_id or known[0])

    def _folder(self, key: str) -> Path:
        return self._objects / quote(key, safe="")

    def _version_ids(self, key: str) -> list[str]:
        folder = self._folder(key)
        return sorted(os.listdir(folder), reverse=True) if folder.exists() else []

    def _check(self, key: str, known: list[str], if_match: str | None, if_none_match: bool) -> None:
        if if_none_match and known:
            raise Conflict(f"{key} exists already.")
        if if_match is not None and (not known or self.get(key).etag != if_match):
            raise Conflict(f"{key} has changed meanwhile.")

    def _write(self, draft: Path, data: bytes) -> None:
        """The bytes on disk under a name that no reader looks at."""
        self._drafts.mkdir(parents=True, exist_ok=True)
        with draft.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with self._lock.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"The local store can't be written: {error.strerror}.") from error


def _number(known: list[str]) -> int:
    """The highest number so far; versions may have been deleted below it."""
    return int(known[0].split("-")[0]) if known else 0


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
