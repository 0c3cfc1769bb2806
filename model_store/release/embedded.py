"""The models that come with Lectern, published as they were built: under the first version that nothing else has."""

from lectern.errors import NotFound, RetiredRelease
from lectern.manifest import Description
from lectern.release import Pin, read_alias, read_release
from lectern.store import Store
from model_store.build.measured import Build
from model_store.release.publish import publish
from model_store.release.signing import Signer

FIRST_VERSION = "1.0.0"

_SAME = ("adapter_sha256", "base", "calibration", "labels", "max_length", "quantisation")


def publish_embedded(store: Store, signer: Signer, made: Build, name: str, alias: str = "live") -> str:
    """The version that is this build: the alias's, or another one that is there, or a new one.

    What an interrupted run left behind is taken up. Raises as `publish`.
    """
    named = alias_version(store, name, alias)
    there = _published(store, signer, name, named)
    if named and there and _same(there, made.description):
        return named
    version = _free_version(store, signer, name, made.description)
    if _published(store, signer, name, version) is None:
        publish(store, signer, made, name, version)
    return version


def alias_version(store: Store, name: str, alias: str = "live") -> str | None:
    """The version that the alias names, None where there is no alias."""
    try:
        return read_alias(store, name, alias).version
    except NotFound:
        return None


def _free_version(store: Store, signer: Signer, name: str, wanted: Description) -> str:
    """The first version that is the wanted one, or that nothing is or was."""
    version = FIRST_VERSION
    while True:
        try:
            there = _published(store, signer, name, version)
            if there is None or _same(there, wanted):
                return version
        except RetiredRelease:
            pass
        version = _next(version)


def _published(store: Store, signer: Signer, name: str, version: str | None) -> Description | None:
    try:
        return read_release(store, Pin(name, version), signer.public_key()).manifest if version else None
    except RetiredRelease:
        raise
    except NotFound:
        return None


def _same(one: Description, other: Description) -> bool:
    return all(getattr(one, field) == getattr(other, field) for field in _SAME)


def _next(version: str) -> str:
    major, minor, patch = version.split(".")
    return f"{major}.{minor}.{int(patch) + 1}"
