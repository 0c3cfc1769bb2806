"""Aliases: moved by conditional writes, so that of two who move one at once, one is told."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime

from lectern.errors import Conflict, UnknownObject
from lectern.manifest import Alias, alias_key, manifest_key
from lectern.release import Pin, read_release
from lectern.store import Store


def promote(store: Store, public_key: str, model: str, version: str, alias: str, reason: str) -> Alias:
    """Point `alias` at a version whose manifest proves good.

    Raises:
        UnknownRelease: there is no such version.
        Conflict: somebody moved the alias meanwhile.
    """
    release = read_release(store, Pin(model, version), public_key)
    moved = Alias(
        version=version,
        manifest_version_id=store.get(manifest_key(model, version)).version_id,
        manifest_sha256=release.digest,
        by=getpass.getuser(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        reason=reason,
    )
    _move(store, alias_key(model, alias), moved)
    return moved


def rollback(store: Store, public_key: str, model: str, alias: str, reason: str) -> Alias:
    """Point `alias` at the version that it named before the present one. Raises Conflict where there is none."""
    versions = [entry.version for entry in history(store, model, alias)]
    earlier = next((version for version in versions[1:] if version != versions[0]), None)
    if earlier is None:
        raise Conflict(f"The alias {alias} of {model} has named no other version.")
    return promote(store, public_key, model, earlier, alias, reason)


def history(store: Store, model: str, alias: str) -> Iterator[Alias]:
    """Every state of an alias, newest first."""
    key = alias_key(model, alias)
    for version in store.versions(key):
        yield Alias.model_validate_json(store.get(key, version.version_id).data)


def _move(store: Store, key: str, alias: Alias) -> None:
    data = alias.model_dump_json().encode()
    try:
        present = store.get(key)
    except UnknownObject:
        store.put(key, data, if_none_match=True)
        return
    store.put(key, data, if_match=present.etag)
