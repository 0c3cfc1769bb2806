"""A release's files, copied from the store and checked on the way, so that none is held twice."""

import hashlib
from typing import IO

from lectern.errors import ReleaseRejected, UnknownObject
from lectern.manifest import Manifest, PinnedFile
from lectern.store import Store

CHUNK = 1 << 20


def copy_checked(store: Store, name: str, manifest: Manifest, file: IO[bytes], word: bytes = b"") -> bool:
    """Copy the file that the manifest pins, byte for byte; says whether `word` stands in it.

    What was written before a difference showed is in `file`. Raises ReleaseRejected or StoreUnavailable.
    """
    pin: PinnedFile | None = manifest.files.get(name)
    if pin is None:
        raise ReleaseRejected(f"{name_of(manifest)} pins no {name}.")
    digest, size, found, before = hashlib.sha256(), 0, False, b""
    try:
        with store.stream(pin.key, pin.version_id) as source:
            while chunk := source.read(CHUNK):
                file.write(chunk)
                digest.update(chunk)
                size += len(chunk)
                found = found or (word in before + chunk[: len(word)]) or word in chunk
                before = chunk[-len(word) :]
    except UnknownObject as error:
        raise ReleaseRejected(f"{name} of {name_of(manifest)} is gone from the store.") from error
    if size != pin.size or digest.hexdigest() != pin.sha256:
        raise ReleaseRejected(f"{name} of {name_of(manifest)} is not the file that the manifest pins.")
    return found


def name_of(manifest: Manifest) -> str:
    """As errors name a release."""
    return f"The release {manifest.model} {manifest.version}"
