"""`lectern models`: build, publish and move the versions of a model."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from infra.local.console import progress_bar
from infra.local.environment import use_local_settings
from lectern.errors import NotFound, UnknownRelease
from lectern.manifest import Manifest
from lectern.release import Pin, Release, read_alias, read_release
from lectern.store import Store, open_store
from model_store.errors import BadKey
from model_store.release import alias as aliases
from model_store.release.signing import open_signer


@click.group()
def models() -> None:
    """Build, publish, list, promote and roll back models."""
    use_local_settings()


@models.command()
@click.argument("name")
@click.option("--source", default="", help="Where the base comes from: package, hub, or a folder.")
def build(name: str, source: str) -> None:
    """Build the files of a release; the second time they come from the cache."""
    made = _built(name, source)
    click.echo(f"{made.folder} ({'cached' if made.cached else 'built'})")


@models.command()
@click.argument("name")
@click.option(
    "--data",
    envvar="LECTERN_DATA",
    default="../shared/data",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "--first-run",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Adapter of the run that kept the validation questions apart.",
)
def evaluate(name: str, data: Path, first_run: Path) -> None:
    """Measure and calibrate the int8 file on a data folder; writes the adapter's evaluation and card."""
    from model_store.catalogue import read_model

    measure = _measure(name)
    with progress_bar() as progress:
        bar = progress.add_task("evaluating", total=None)

        def told(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        found = measure(read_model(name), first_run, data, told)
    click.echo(json.dumps(found, indent=2))


@models.command()
@click.argument("name")
@click.argument("version")
def publish(name: str, version: str) -> None:
    """Build a model and publish it as a version."""
    from model_store.release.publish import publish as publish_build

    signer = open_signer()
    if signer.public_key() != _key():
        raise BadKey("the signing key is not the one that LECTERN_PUBLIC_KEY pins; nobody would load what it signs")
    release = publish_build(_store(), signer, _built(name, ""), name, version)
    click.echo(f"published {name} {version} ({release.digest[:12]})")


@models.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def list_versions(name: str, as_json: bool) -> None:
    """The versions of a model, with what the live alias names."""
    prefix, suffix = f"releases/{name}/", "/manifest.json"
    keys = [key for key in _store().keys(prefix) if key.endswith(suffix)]
    versions = [key.removeprefix(prefix).removesuffix(suffix) for key in keys]
    if not versions:
        raise UnknownRelease(f"The store has no version of {name}.")
    live = _live(name)
    if as_json:
        click.echo(json.dumps({"model": name, "versions": versions, "live": live}))
    else:
        for version in versions:
            click.echo(f"{version}{'  live' if version == live else ''}")


@models.command()
@click.argument("name")
@click.argument("version")
def show(name: str, version: str) -> None:
    """The manifest of a version, as JSON, without its golden vectors."""
    release = _release(name, version)
    click.echo(json.dumps({"digest": release.digest, **_facts(release.manifest)}, indent=2))


@models.command()
@click.argument("name")
@click.argument("version")
@click.option("--alias", default="live", show_default=True)
@click.option("--reason", required=True, help="Kept in the alias's history.")
def promote(name: str, version: str, alias: str, reason: str) -> None:
    """Point an alias at a version."""
    aliases.promote(_store(), _key(), name, version, alias, reason)
    click.echo(f"{alias} of {name} is {version}")


@models.command()
@click.argument("name")
@click.option("--alias", default="live", show_default=True)
@click.option("--reason", required=True, help="Kept in the alias's history.")
def rollback(name: str, alias: str, reason: str) -> None:
    """Point an alias at the version that it named before."""
    moved = aliases.rollback(_store(), _key(), name, alias, reason)
    click.echo(f"{alias} of {name} is {moved.version}")


@models.command()
@click.argument("name")
@click.option("--alias", default="live", show_default=True)
def history(name: str, alias: str) -> None:
    """Who moved an alias, when and why, newest first."""
    for entry in aliases.history(_store(), name, alias):
        click.echo(f"{entry.at}  {entry.version}  {entry.by}  {entry.reason}")


def _measure(name: str) -> Callable[..., dict[str, Any]]:
    """How a model is measured."""
    if name == "essays":
        from model_store.evaluate_essays import evaluate_essays

        return evaluate_essays
    from model_store.evaluate import evaluate as evaluate_grading

    return evaluate_grading


def _store() -> Store:
    return open_store(os.environ["LECTERN_STORE"])


def _key() -> str:
    return os.environ["LECTERN_PUBLIC_KEY"]


def _built(name: str, source: str) -> Any:
    from model_store.build.builder import build as build_model
    from model_store.catalogue import read_model

    try:
        return build_model(read_model(name), source)
    except KeyError as error:
        raise click.UsageError(str(error.args[0])) from None


def _release(name: str, version: str) -> Release:
    return read_release(_store(), Pin(name, version), _key())


def _live(name: str) -> str | None:
    try:
        return read_alias(_store(), name, "live").version
    except NotFound:
        return None


def _facts(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json", exclude={"golden": {"vectors"}, "signature": True})
