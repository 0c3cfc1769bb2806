"""Publish: a build becomes an immutable version in a store."""

import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from lectern import signature
from lectern.errors import Conflict, UnknownObject
from lectern.manifest import GateReport, Manifest, PinnedFile, manifest_key
from lectern.release import Pin, Release, read_release, read_tombstone
from lectern.store import Store
from model_store.build.measured import Build, release_files
from model_store.errors import BadVersion
from model_store.release.signing import Signer

_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]{1,32})?")


def publish(
    store: Store, signer: Signer, build: Build, model: str, version: str, gate: GateReport | None = None
) -> Release:
    """Upload the files, then the signed manifest that pins them by VersionId and digest, last and only if new.

    Until the manifest is there, nobody sees the version; a publish that was cut short may simply run again. It asks
    no questions: `model_store.release.gate` does, whose report the manifest keeps.

    Raises:
        Conflict: the version exists.
        BadVersion: the version is not like 1.2.3.
    """
    check_new(store, model, version)
    key = manifest_key(model, version)
    folder = key.rsplit("/", 1)[0]
    files = {path.name: _upload(store, f"{folder}/{path.name}", path) for path in release_files(build.folder)}
    place = {"model": model, "version": version, "files": files, "created_at": _now(), "gate": gate}
    manifest = Manifest.model_validate(dict(build.description) | place)
    document = manifest.model_dump(mode="json")
    document["signature"] = signer.sign(signature.canonical(document))
    data = Manifest.model_validate(document).model_dump_json().encode()
    written = store.put(key, data, if_none_match=True)
    pin = Pin(model, version, written.version_id, hashlib.sha256(data).hexdigest())
    return read_release(store, pin, signer.public_key())


def check_new(store: Store, model: str, version: str) -> None:
    """Raise BadVersion or Conflict where nothing can be published as this version."""
    if not _VERSION.fullmatch(version):
        raise BadVersion(f"a version is like 1.2.3 or 1.2.3-rc.1, not {version!r}")
    try:
        data = store.get(manifest_key(model, version)).data
    except UnknownObject:
        return
    if read_tombstone(data):
        raise Conflict(f"{model} {version} was retired; its number is not used again.")
    raise Conflict(f"{model} {version} is published already; a version never changes.")


def _upload(store: Store, key: str, path: Path) -> PinnedFile:
    data = path.read_bytes()
    written = store.put(key, data)
    return PinnedFile(key=key, version_id=written.version_id, sha256=hashlib.sha256(data).hexdigest(), size=len(data))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
