"""Retire: a version's weights go, a tombstone takes its manifest's place, and its number is never used again."""

import getpass
from collections.abc import Iterable
from datetime import UTC, datetime

from lectern.errors import ReleaseRejected, UnknownObject, UnknownRelease
from lectern.manifest import Tombstone, manifest_key
from lectern.release import Pin, Release, read_release, read_tombstone, verified
from lectern.store import Blob, Store
from model_store.errors import StillNamed
from model_store.release.alias import naming
from model_store.release.graded import Lookup

_SHOWN = 3


def retire(
    store: Store,
    public_key: str,
    model: str,
    version: str,
    reason: str,
    lookups: Iterable[Lookup] = (),
    keep_manifest: bool = False,
) -> None:
    """Take a version out of service; what was cut short may simply run again.

    With `keep_manifest` the tombstone holds the manifest, so that the version's grades can still be explained;
    without it, `lookups` say which stored grades name the version.

    Raises:
        StillNamed: an alias names it, or a stored grade does and the manifest is not kept.
        UnknownRelease: there is no such version.
        Conflict: somebody else retired it, or promoted it, at the same time.
    """
    _check_unnamed(store, model, version)
    blob = _manifest(store, model, version)
    if read_tombstone(blob.data) is None:
        read_release(store, Pin(model, version), public_key)
        if not keep_manifest:
            _check_ungraded(lookups, model, version)
        _bury(store, model, version, blob, _tombstone(version, reason, blob.data if keep_manifest else b""))
    _remove(store, model, version)


def kept(store: Store, model: str, version: str, public_key: str) -> Release:
    """What a retired version was, where its manifest was kept. Raises UnknownRelease or ReleaseRejected."""
    tombstone = read_tombstone(_manifest(store, model, version).data)
    if tombstone is None or not tombstone.manifest:
        raise UnknownRelease(f"No manifest of {model} {version} was kept when it was retired.")
    return verified(tombstone.manifest.encode(), Pin(model, version), public_key)


def _check_unnamed(store: Store, model: str, version: str) -> None:
    if aliases := naming(store, model, version):
        raise StillNamed(f"{model} {version} can't be retired: the alias {', '.join(aliases)} names it")


def _check_ungraded(lookups: Iterable[Lookup], model: str, version: str) -> None:
    places = [place for lookup in lookups for place in lookup(model, version)]
    if places:
        shown = ", ".join(places[:_SHOWN]) + (f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else "")
        raise StillNamed(f"{model} {version} graded what lies in {shown}; --keep-manifest keeps its manifest for them")


def _manifest(store: Store, model: str, version: str) -> Blob:
    try:
        return store.get(manifest_key(model, version))
    except UnknownObject as error:
        raise UnknownRelease(f"The model {model} has no version {version}.") from error


def _tombstone(version: str, reason: str, manifest: bytes) -> Tombstone:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Tombstone(retired=version, by=getpass.getuser(), at=now, reason=reason, manifest=manifest.decode())


def _bury(store: Store, model: str, version: str, manifest: Blob, tombstone: Tombstone) -> None:
    """Put the tombstone over the manifest; take it away again where an alias came to name the version meanwhile."""
    key = manifest_key(model, version)
    written = store.put(key, tombstone.model_dump_json().encode(), if_match=manifest.etag)
    try:
        _check_unnamed(store, model, version)
    except (StillNamed, ReleaseRejected):
        store.delete(key, written.version_id)
        raise


def _remove(store: Store, model: str, version: str) -> None:
    """Delete every version of every file, and the manifest under the tombstone."""
    key = manifest_key(model, version)
    for name in store.keys(key.removesuffix("manifest.json")):
        for old in store.versions(name)[1 if name == key else 0 :]:
            store.delete(name, old.version_id)
