"""What /v1/models and /healthz do."""

from typing import Any

from functions.models.schemas import (
    AliasView,
    CanaryView,
    Health,
    ModelList,
    ModelSummary,
    ModelView,
    ReadyModel,
    VersionView,
)
from lectern.directory import Directory, shared
from lectern.errors import InvalidRequest, ReleaseRejected, RetiredRelease, UnknownRelease
from lectern.http.api import Asked
from lectern.http.paging import limit_of, refused
from lectern.manifest import Alias, Canary
from lectern.release import Release
from lectern.settings import settings

PAGE, MOST_PAGE = 20, 100


def get_health(asked: Asked) -> Health:
    """Whether every live release is there and verified. Raises ReleaseRejected, UnknownRelease, StoreUnavailable."""
    found = shared().ready()
    models = {name: ReadyModel(version=r.manifest.version, digest=r.digest) for name, r in found.items()}
    return Health(status="ready", models=models)


def list_models(asked: Asked) -> ModelList:
    """Every model of the store."""
    directory = shared()
    return ModelList(models=[_summary(directory, name) for name in directory.names()])


def get_model(asked: Asked) -> ModelView:
    """A model's aliases, and a page of its versions."""
    directory, name = shared(), asked.path["model"]
    versions = directory.versions(name)
    limit, after = limit_of(asked, PAGE, MOST_PAGE), asked.query.get("cursor")
    if after is not None:
        versions = versions[_place(versions, after) + 1 :]
    page = versions[:limit]
    return ModelView(
        name=name,
        aliases={alias: _alias(found) for alias, found in directory.aliases(name).items()},
        versions=[_version(directory, name, version) for version in page],
        cursor=page[-1] if len(versions) > limit else None,
    )


def no_event(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Models are asked about over HTTP alone."""
    raise InvalidRequest("The models function takes HTTP events only.")


def _summary(directory: Directory, name: str) -> ModelSummary:
    """What can be told of a model; nothing of its live version where that is none, or can't be used."""
    live = directory.aliases(name).get(settings().alias)
    release: Release | None = None
    if live:
        try:
            release = directory.release(name, live.version)
        except (ReleaseRejected, UnknownRelease):
            release = None
    return ModelSummary(
        name=name,
        task=release.manifest.task if release else None,
        live=live.version if live else None,
        digest=release.digest if release else None,
        canary=_canary(live.canary) if live else None,
    )


def _version(directory: Directory, name: str, version: str) -> VersionView:
    try:
        release = directory.release(name, version)
    except RetiredRelease:
        return VersionView(version=version, retired=True)
    except (ReleaseRejected, UnknownRelease) as error:
        return VersionView(version=version, fault=error.detail)
    told = release.manifest.model_dump(include=set(VersionView.model_fields))
    return VersionView.model_validate(told | {"digest": release.digest})


def _alias(alias: Alias) -> AliasView:
    return AliasView(version=alias.version, canary=_canary(alias.canary), at=alias.at)


def _canary(canary: Canary | None) -> CanaryView | None:
    return CanaryView(version=canary.version, weight=canary.weight) if canary else None


def _place(versions: list[str], cursor: str) -> int:
    if cursor not in versions:
        raise refused(("query", "cursor"), "is none that a page gave")
    return versions.index(cursor)
