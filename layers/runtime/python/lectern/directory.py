"""What a store of releases has, for those who load none: models, their aliases and versions, verified manifests."""

import re
import time
from collections.abc import Callable
from functools import cache

from lectern.errors import NotFound, RetiredRelease, UnknownRelease
from lectern.manifest import Alias, alias_key, manifest_key
from lectern.release import Pin, Release, read_alias, read_release
from lectern.settings import Settings, settings
from lectern.store import Store, open_store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,64}")
_MANIFEST = re.compile(r"releases/([^/]+)/([^/]+)/manifest\.json")
_ALIAS = re.compile(r"aliases/([^/]+)/([^/]+)\.json")


class Directory:
    """Reads one store. Whatever it can't answer, because the store does not, raises StoreUnavailable."""

    def __init__(self, store: Store, config: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._store, self._config, self._clock = store, config, clock
        self._seen: tuple[float, dict[str, Release]] | None = None

    def names(self) -> list[str]:
        """Every model that has a version or an alias."""
        found = [_MANIFEST.fullmatch(key) for key in self._store.keys("releases/")]
        found += [_ALIAS.fullmatch(key) for key in self._store.keys("aliases/")]
        return sorted({match[1] for match in found if match})

    def aliases(self, model: str) -> dict[str, Alias]:
        """A model's aliases by name. Raises ReleaseRejected for one that is no alias."""
        named = [_ALIAS.fullmatch(key) for key in self._store.keys(alias_key(_known(model), "").removesuffix(".json"))]
        return {match[2]: read_alias(self._store, model, match[2]) for match in named if match}

    def versions(self, model: str) -> list[str]:
        """A model's versions, the newest number first, retired ones too. Raises UnknownRelease where it has none."""
        prefix = manifest_key(_known(model), "").removesuffix("/manifest.json")
        found = [_MANIFEST.fullmatch(key) for key in self._store.keys(prefix)]
        versions = sorted({match[2] for match in found if match}, key=_age, reverse=True)
        if not versions:
            raise _unknown(model)
        return versions

    def release(self, model: str, version: str) -> Release:
        """A version. Raises UnknownRelease, RetiredRelease or ReleaseRejected."""
        if not _VERSION.fullmatch(version):
            raise UnknownRelease(f"The model {_known(model)} has no such version.")
        return read_release(self._store, Pin(_known(model), version), self._config.public_key)

    def live(self, model: str) -> Release:
        """The version that answers who names none; of the model that settings put in this one's place.

        Raises UnknownRelease or ReleaseRejected.
        """
        model = self._config.models.get(_known(model), model)
        alias = read_alias(self._store, model, self._config.alias)
        pin = Pin(model, alias.version, alias.manifest_version_id, alias.manifest_sha256)
        return read_release(self._store, pin, self._config.public_key)

    def standing(self, model: str) -> list[str]:
        """A model's versions that were not retired, the newest number first."""
        return [version for version in self.versions(model) if not self._retired(model, version)]

    def ready(self) -> dict[str, Release]:
        """Each model's live release, all verified; looked at anew as seldom as a warm function looks at an alias.

        Raises UnknownRelease where no model is live, and ReleaseRejected where one of them is not what it should be.
        """
        if self._seen is None or self._clock() - self._seen[0] > self._config.alias_seconds:
            self._seen = (self._clock(), self._look())
        return self._seen[1]

    def _look(self) -> dict[str, Release]:
        named = [_ALIAS.fullmatch(key) for key in self._store.keys("aliases/")]
        models = sorted(match[1] for match in named if match and match[2] == self._config.alias)
        if not models:
            raise UnknownRelease(f"No model has an alias {self._config.alias}.")
        return {model: self.live(model) for model in models}

    def _retired(self, model: str, version: str) -> bool:
        try:
            self.release(model, version)
        except RetiredRelease:
            return True
        except NotFound:  # gone since it was listed
            return True
        return False


def _known(model: str) -> str:
    """The name, which can be a part of a key. Raises UnknownRelease."""
    if not _NAME.fullmatch(model):
        raise _unknown("of this name")
    return model


def _unknown(model: str) -> UnknownRelease:
    return UnknownRelease(f"There is no model {model}.")


def _age(version: str) -> tuple[list[int], str]:
    return [int(number) for number in re.findall(r"\d+", version)], version


@cache
def shared() -> Directory:
    """The directory of this process, from its settings."""
    config = settings()
    return Directory(open_store(config.store, config.store_timeout_seconds), config)
