"""The settings of functions that run on this machine, put into the environment before they are imported."""

import os
from collections.abc import Callable

import click

from lectern.errors import NotFound, RetiredRelease
from lectern.manifest import Description
from lectern.release import Pin, read_alias, read_release
from lectern.store import Store, open_store
from model_store.build.builder import Build, build
from model_store.catalogue import Model, read_model
from model_store.home import home
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import Signer, open_signer

FIRST_VERSION = "1.0.0"
"""The version under which the models that come with Lectern are first published on this machine."""

EMBEDDED = ("grading", "essays")
"""The models that come with Lectern."""

_SAME = ("adapter_sha256", "base", "calibration", "labels", "max_length", "quantisation")


def use_local_settings(**extra: str) -> bool:
    """Fill in what the user has not set; says whether the store is this machine's own, not one that somebody named."""
    own = "LECTERN_STORE" not in os.environ
    defaults = {
        "LECTERN_STORE": f"file:{home() / 'store'}",
        "LECTERN_DATA_STORE": f"file:{home() / 'data'}",
        "LECTERN_ENVIRONMENT": "local",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_METRICS_DISABLED": "true",
        **extra,
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if "LECTERN_PUBLIC_KEY" not in os.environ:
        os.environ["LECTERN_PUBLIC_KEY"] = open_signer().public_key()
    return own


def named_store() -> Store:
    """The store that the settings name."""
    return open_store(os.environ["LECTERN_STORE"])


def pinned_key() -> str:
    """The public key that the settings pin."""
    return os.environ["LECTERN_PUBLIC_KEY"]


def built(name: str, source: str = "") -> tuple[Model, Build]:
    """A model of the catalogue and its build. Raises click.UsageError where the catalogue has none."""
    try:
        model = read_model(name)
    except KeyError as error:
        raise click.UsageError(str(error.args[0])) from None
    return model, build(model, source)


def ensure_live(name: str, tell: Callable[[str], None]) -> None:
    """See that the embedded model is live in a store of this machine's own, as this checkout builds it.

    What an interrupted run left behind is taken up; an older embedded model gets a successor.
    """
    store, signer = open_store(os.environ["LECTERN_STORE"]), open_signer()
    made = build(read_model(name))
    live = _published(store, signer, name, _live_version(store, name))
    if live is not None and _same(live, made.description):
        return
    version = _free_version(store, signer, name, made.description)
    if _published(store, signer, name, version) is None:
        publish(store, signer, made, name, version)
    promote(store, signer.public_key(), name, version, "live", "the embedded model")
    tell(f"{'found' if made.cached else 'built'} {name}, published {version} and promoted it to live")


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


def _live_version(store: Store, name: str) -> str | None:
    try:
        return read_alias(store, name, "live").version
    except NotFound:
        return None


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
