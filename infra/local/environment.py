"""The settings of functions that run on this machine, put into the environment before they are imported."""

import os
from collections.abc import Callable

from lectern.errors import UnknownRelease
from lectern.release import read_alias
from lectern.store import open_store
from model_store.build.builder import build
from model_store.catalogue import read_model
from model_store.home import home
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import open_signer

EMBEDDED_VERSION = "1.0.0"
"""The version under which the models that come with Lectern are published on this machine."""


def use_local_settings(**extra: str) -> None:
    """Fill in what the user has not set: a store in this machine's home, its key, the development principal."""
    defaults = {
        "LECTERN_STORE": f"file:{home() / 'store'}",
        "LECTERN_ENVIRONMENT": "local",
        "POWERTOOLS_LOG_LEVEL": "WARNING",
        "POWERTOOLS_METRICS_DISABLED": "true",
        **extra,
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    if "LECTERN_PUBLIC_KEY" not in os.environ:
        os.environ["LECTERN_PUBLIC_KEY"] = open_signer().public_key()


def ensure_live(name: str, tell: Callable[[str], None]) -> None:
    """Build, publish and promote the embedded model where the store has no live version of it yet."""
    store = open_store(os.environ["LECTERN_STORE"])
    try:
        read_alias(store, name, "live")
    except UnknownRelease:
        tell(f"building {name} (once; takes half a minute where the base is not here yet)")
        signer = open_signer()
        made = build(read_model(name))
        publish(store, signer, made, name, EMBEDDED_VERSION)
        promote(store, signer.public_key(), name, EMBEDDED_VERSION, "live", "the embedded model")
        tell(f"published {name} {EMBEDDED_VERSION} and promoted it to live")
