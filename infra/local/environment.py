"""The settings of functions that run on this machine, put into the environment before they are imported."""

import os
from collections.abc import Callable

import click

from lectern.store import Store, open_store
from model_store.build.builder import build
from model_store.build.measured import Build
from model_store.catalogue import Model, read_model
from model_store.home import home
from model_store.release.alias import promote
from model_store.release.embedded import alias_version, publish_embedded
from model_store.release.signing import open_signer


def use_local_settings(**extra: str) -> bool:
    """Fill in what the user has not set; says whether the store is this machine's own, not one that somebody named."""
    own = "LECTERN_STORE" not in os.environ
    defaults = {
        "LECTERN_STORE": f"file:{home() / 'store'}",
        "LECTERN_DATA_STORE": f"file:{home() / 'data'}",
        "LECTERN_ENVIRONMENT": "local",
        "LECTERN_LOG_LEVEL": "WARNING",
        "LECTERN_METRICS": "false",
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
    version = publish_embedded(store, signer, made, name)
    if version == alias_version(store, name):
        return
    promote(store, signer.public_key(), name, version, "live", "the embedded model")
    tell(f"{'found' if made.cached else 'built'} {name}, published {version} and promoted it to live")
