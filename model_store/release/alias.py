"""Aliases: moved by conditional writes, so that of two who move one at once, one is told."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime

from lectern.errors import Conflict, UnknownObject
from lectern.load import load
from lectern.manifest import Alias, alias_key, manifest_key
from lectern.release import Pin, read_release
from lectern.store import Store


def promote(store: Store, public_key: str, model: str, version: str, alias: str, reason: str) -> Alias:
    """Point `alias` at a version that loads and passes its self-test here; a canary on the alias ends.

    Raises:
        UnknownRelease: there is no such version.
        ReleaseRejected: it does not prove to be what its manifest says.
        Conflict: somebody moved the alias meanwhile.
    """
    return _promote(store, public_key, model, version, alias, reason, _etag(store, model, alias))


def rollback(store: Store, public_key: str, model: str, alias: str, reason: str) -> Alias:
    """Point `alias` at the version that it named before it first named the present one.

    So a second rollback goes back further, not forth again. Raises Conflict where there is no earlier version.
    """
    etag = _etag(store, model, alias)
    versions = [entry.version for entry in history(store, model, alias)]
    oldest = len(versions) - 1 - versions[::-1].index(versions[0]) if versions else 0
    if oldest + 1 >= len(versions):
        raise Conflict(f"The alias {alias} of {model} has named no other version before.")
    return _promote(store, public_key, model, versions[oldest + 1], alias, reason, etag)


def history(store: Store, model: str, alias: str) -> Iterator[Alias]:
    """Every state of an alias, newest first."""
    key = alias_key(model, alias)
    for version in store.versions(key):
        yield Alias.model_validate_json(store.get(key, version.version_id).data)


def _promote(
    store: Store, public_key: str, model: str, version: str, alias: str, reason: str, etag: str | None
) -> Alias:
    release = read_release(store, Pin(model, version), public_key)
    load(store, release)
    moved = Alias(
        version=version,
        manifest_version_id=store.get(manifest_key(model, version)).version_id,
        manifest_sha256=release.digest,
        by=getpass.getuser(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        reason=reason,
    )
    store.put(alias_key(model, alias), moved.model_dump_json().encode(), if_match=etag, if_none_match=etag is None)
    return moved


def _etag(store: Store, model: str, alias: str) -> str | None:
    """What the alias is now, to be compared when it is written."""
    try:
        return store.get(alias_key(model, alias)).etag
    except UnknownObject:
        return None
