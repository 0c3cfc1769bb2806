"""Stage: resolve. From an alias or a version to a verified manifest."""

import hashlib
import json
import re
from dataclasses import dataclass

from pydantic import ValidationError

from lectern import __version__, signature
from lectern.errors import ReleaseRejected, RetiredRelease, UnknownObject, UnknownRelease
from lectern.manifest import Alias, Manifest, Tombstone, alias_key, manifest_key
from lectern.store import Store


@dataclass(frozen=True)
class Pin:
    """One version of one model; from an alias it also pins the manifest's bytes."""

    model: str
    version: str
    manifest_version_id: str | None = None
    manifest_sha256: str | None = None


@dataclass(frozen=True)
class Release:
    """A verified manifest and the SHA-256 of its bytes, which names the release in every response."""

    manifest: Manifest
    digest: str


def read_alias(store: Store, model: str, alias: str) -> Alias:
    """Where `alias` points now.

    Raises:
        UnknownRelease: there is no such alias.
        ReleaseRejected: it is no alias document.
    """
    try:
        blob = store.get(alias_key(model, alias))
    except UnknownObject as error:
        raise UnknownRelease(f"The model {model} has no alias {alias}.") from error
    try:
        return Alias.model_validate_json(blob.data)
    except ValidationError as error:
        raise ReleaseRejected(f"The alias {alias} of {model} is unreadable.") from error


def read_release(store: Store, pin: Pin, public_key: str) -> Release:
    """The manifest of a version, with its digest (where pinned), signature and name checked.

    Raises:
        UnknownRelease: there is no such version; RetiredRelease if there was.
        ReleaseRejected: the manifest is gone, altered, unsigned, or of another version.
    """
    data = _manifest_bytes(store, pin)
    if (tombstone := read_tombstone(data)) is not None:
        raise RetiredRelease(f"{pin.model} {pin.version} was retired on {tombstone.at[:10]}; choose another version.")
    return verified(data, pin, public_key)


def read_tombstone(data: bytes) -> Tombstone | None:
    """What lies in a manifest's place, if the version was retired."""
    try:
        return Tombstone.model_validate_json(data)
    except ValidationError:
        return None


def verified(data: bytes, pin: Pin, public_key: str) -> Release:
    """The release that these bytes of a manifest describe. Raises ReleaseRejected."""
    digest = hashlib.sha256(data).hexdigest()
    if pin.manifest_sha256 not in (None, digest):
        raise ReleaseRejected(f"The manifest of {pin.model} {pin.version} is not the one that the alias pins.")
    try:
        manifest = Manifest.model_validate_json(data)
    except ValueError as error:
        raise ReleaseRejected(f"The manifest of {pin.model} {pin.version} is unreadable.") from error
    signature.verify(json.loads(data), public_key)
    if (manifest.model, manifest.version) != (pin.model, pin.version):
        raise ReleaseRejected(f"The manifest of {pin.model} {pin.version} belongs to another release.")
    if _numbers(manifest.runtime) > _numbers(__version__):
        raise ReleaseRejected(f"{pin.model} {pin.version} needs the runtime {manifest.runtime}; this is {__version__}.")
    return Release(manifest, digest)


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _manifest_bytes(store: Store, pin: Pin) -> bytes:
    try:
        return store.get(manifest_key(pin.model, pin.version), pin.manifest_version_id).data
    except UnknownObject as error:
        if pin.manifest_version_id:
            raise ReleaseRejected(f"The manifest of {pin.model} {pin.version} is gone from the store.") from error
        raise UnknownRelease(f"The model {pin.model} has no version {pin.version}.") from error
