"""Aliases: moved by conditional writes, so that of two who move one at once, one is told."""

import getpass
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lectern.errors import Conflict, UnknownObject
from lectern.load import prove
from lectern.manifest import Alias, Canary, alias_key, manifest_key
from lectern.release import Pin, read_alias, read_release, read_tombstone
from lectern.store import Store

LEAST_WEIGHT = 0.0001
"""A smaller share of the students is nobody."""


def promote(store: Store, public_key: str, model: str, version: str, alias: str, reason: str) -> Alias:
    """Point `alias` at a version that loads and passes its self-test here; a canary on the alias ends.

    Raises:
        UnknownRelease: there is no such version.
        ReleaseRejected: it does not prove to be what its manifest says.
        Conflict: somebody else moved the alias meanwhile, or retired the version.
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


def canary(store: Store, public_key: str, model: str, version: str, weight: float, alias: str, reason: str) -> Alias:
    """Let a version that loads and passes its self-test here answer a share of the students; with weight 0 it ends.

    Raises:
        UnknownRelease: there is no such alias or version.
        ReleaseRejected: the version does not prove to be what its manifest says.
        Conflict: somebody else moved the alias meanwhile, it names this version already, or this canary is none.
    """
    etag = _etag(store, model, alias)
    now = read_alias(store, model, alias)
    if weight < LEAST_WEIGHT:
        if now.canary is None or now.canary.version != version:
            raise Conflict(f"{version} is no canary of the alias {alias} of {model}.")
        return _write(store, model, alias, now.model_copy(update={"canary": None, **_signed(reason)}), etag)
    if now.version == version:
        raise Conflict(f"The alias {alias} of {model} names {version} for everybody already.")
    prove(store, read_release(store, Pin(model, version), public_key))
    changed = now.model_copy(update={"canary": Canary(version=version, weight=weight), **_signed(reason)})
    return _write(store, model, alias, changed, etag)


def take_back(store: Store, public_key: str, model: str, alias: str, reason: str, since: datetime) -> Alias | None:
    """End the canary of an alias; without one, point it back from a version that it first named after `since`.

    What it gives is the new state, None where there was nothing to take back. A version that the alias had named before
    stays, so that what was taken back, or rolled back by hand, goes no further back.

    Raises:
        ReleaseRejected: the version before does not prove to be what its manifest says.
        Conflict: somebody else moved the alias meanwhile, or retired the version before.
    """
    etag = _etag(store, model, alias)
    states = list(history(store, model, alias))
    if states and states[0].canary:
        return _write(store, model, alias, states[0].model_copy(update={"canary": None, **_signed(reason)}), etag)
    named = [state.version for state in states]
    if len(states) < 2 or named[0] in named[1:] or datetime.fromisoformat(states[0].at) < since:
        return None
    return _promote(store, public_key, model, named[1], alias, reason, etag)


def history(store: Store, model: str, alias: str) -> Iterator[Alias]:
    """Every state of an alias, newest first."""
    key = alias_key(model, alias)
    for version in store.versions(key):
        yield Alias.model_validate_json(store.get(key, version.version_id).data)


def naming(store: Store, model: str, version: str) -> list[str]:
    """The aliases of a model that name a version, for everybody or as a canary. Raises ReleaseRejected."""
    prefix, suffix = f"aliases/{model}/", ".json"
    names = [key.removeprefix(prefix).removesuffix(suffix) for key in store.keys(prefix)]
    return [name for name in names if version in _named(read_alias(store, model, name))]


def _named(alias: Alias) -> tuple[str, ...]:
    return (alias.version, alias.canary.version) if alias.canary else (alias.version,)


def _promote(
    store: Store, public_key: str, model: str, version: str, alias: str, reason: str, etag: str | None
) -> Alias:
    release = read_release(store, Pin(model, version), public_key)
    prove(store, release)
    pin = store.get(manifest_key(model, version)).version_id
    moved = Alias(version=version, manifest_version_id=pin, manifest_sha256=release.digest, **_signed(reason))
    return _write(store, model, alias, moved, etag)


def _write(store: Store, model: str, alias: str, state: Alias, etag: str | None) -> Alias:
    """Write the alias, then look whether what it names is still there: `retire` looks the other way round.

    So of a promotion and a retirement at once at least one sees the other, and no alias names what was retired.
    """
    key = alias_key(model, alias)
    written = store.put(key, state.model_dump_json().encode(), if_match=etag, if_none_match=etag is None)
    for version in _named(state):
        if read_tombstone(store.get(manifest_key(model, version)).data):
            store.delete(key, written.version_id)
            raise Conflict(f"{model} {version} was retired meanwhile; the alias {alias} is as it was.")
    return state


def _signed(reason: str) -> dict[str, Any]:
    """Who changes an alias, when and why."""
    return {"by": getpass.getuser(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "reason": reason}


def _etag(store: Store, model: str, alias: str) -> str | None:
    """What the alias is now, to be compared when it is written."""
    try:
        return store.get(alias_key(model, alias)).etag
    except UnknownObject:
        return None
