"""`lectern models`: build, publish and move the versions of a model."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from infra.local.console import data_option, progress_bar
from infra.local.environment import built, named_store, pinned_key, use_local_settings
from lectern.errors import NotFound, RetiredRelease, UnknownRelease
from lectern.manifest import Alias, Manifest, manifest_key
from lectern.release import Pin, Release, read_alias, read_release, read_tombstone
from model_store.catalogue import Model, kind_of, read_model
from model_store.release import alias as aliases
from model_store.release.retire import kept


@click.group()
def models() -> None:
    """Build, publish, list, promote and roll back models."""
    click.get_current_context().obj = use_local_settings()


@models.command()
@click.argument("name")
@click.option("--source", default="", help="Where the base comes from: package, hub, or a folder.")
def build(name: str, source: str) -> None:
    """Build the files of a release; the second time they come from the cache."""
    _, made = built(name, source)
    click.echo(f"{made.folder} ({'cached' if made.cached else 'built'})")


@models.command()
@click.argument("name")
@data_option
@click.option(
    "--first-run",
    "first_runs",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Adapter of a run that kept questions apart; grading has two, one for each fold, most models none.",
)
def evaluate(name: str, data: Path, first_runs: tuple[Path, ...]) -> None:
    """Measure and calibrate the int8 file on a data folder; writes the adapter's evaluation and card."""
    model = read_model(name)
    measure = _measure(model, first_runs)
    with progress_bar() as progress:
        bar = progress.add_task("evaluating", total=None)

        def told(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        found = measure(data, told)
    click.echo(json.dumps(found, indent=2))


@models.command("list")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def list_versions(name: str, as_json: bool) -> None:
    """The versions of a model, with what the live alias names."""
    known = _versions(name)
    if not known:
        raise UnknownRelease(f"The store has no version of {name}.")
    live = _live(name)
    marks = {live.version: "  live"} if live else {}
    if live and live.canary:
        marks[live.canary.version] = f"  canary, {live.canary.weight:.4g} of the students"
    marks |= {version: "  retired" for version, retired in known.items() if retired}
    if as_json:
        there = {retired: [v for v in known if known[v] == retired] for retired in (False, True)}
        facts = {"live": live.version if live else None, "canary": _canary(live)}
        click.echo(json.dumps({"model": name, "versions": there[False], "retired": there[True], **facts}))
    else:
        for version in known:
            click.echo(version + marks.get(version, ""))


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
    aliases.promote(named_store(), pinned_key(), name, version, alias, reason)
    click.echo(f"{alias} of {name} is {version}")


@models.command()
@click.argument("name")
@click.option("--alias", default="live", show_default=True)
@click.option("--reason", required=True, help="Kept in the alias's history.")
def rollback(name: str, alias: str, reason: str) -> None:
    """Point an alias at the version that it named before."""
    moved = aliases.rollback(named_store(), pinned_key(), name, alias, reason)
    click.echo(f"{alias} of {name} is {moved.version}")


@models.command()
@click.argument("name")
@click.option("--alias", default="live", show_default=True)
def history(name: str, alias: str) -> None:
    """Who moved an alias, when and why, newest first."""
    for entry in aliases.history(named_store(), name, alias):
        share = f" ({entry.canary.version}: {entry.canary.weight:.4g})" if entry.canary else ""
        click.echo(f"{entry.at}  {entry.version}{share}  {entry.by}  {entry.reason}")


def _versions(name: str) -> dict[str, bool]:
    """The versions of a model that were ever published, and whether they are retired."""
    prefix, suffix, store = f"releases/{name}/", "/manifest.json", named_store()
    versions = [key.removeprefix(prefix).removesuffix(suffix) for key in store.keys(prefix) if key.endswith(suffix)]
    return {v: read_tombstone(store.get(manifest_key(name, v)).data) is not None for v in versions}


_MEASURES = {
    "grader": ("model_store.evaluate_grader:evaluate_grader", None),
    "grading": ("model_store.evaluate:evaluate", 1),
    "essays": ("model_store.evaluate_essays:evaluate_essays", 1),
    "spans": ("model_store.evaluate_answers:evaluate_answers", 0),
    "embedding": ("model_store.evaluate_search:evaluate_search", 0),
    "sentences": ("model_store.evaluate_schemes:evaluate_schemes", 0),
    "classify": ("model_store.evaluate_texts:evaluate_texts", 0),
    "sentiment": ("model_store.evaluate_texts:evaluate_texts", 0),
    "translator": ("model_store.evaluate_translation:evaluate_translation", 0),
    "roles": ("model_store.evaluate_roles:evaluate_roles", 0),
    "summaries": ("model_store.evaluate_summaries:evaluate_summaries", 0),
}
"""What measures a kind of model, and of how many runs that had kept something apart; None: of all that are given."""


def _measure(model: Model, runs: Sequence[Path]) -> Callable[[Path, Callable[[int, int], None]], dict[str, Any]]:
    """How a model is measured. Raises click.UsageError where runs are missing that kept something apart."""
    place, wanted = _MEASURES.get(kind_of(model)) or _MEASURES[model.task]
    if wanted != 0 and not runs:
        raise click.UsageError(f"{model.name} is measured by a run that kept questions apart: --first-run")
    module, function = place.split(":")
    measure = getattr(import_module(module), function)
    given = (runs,) if wanted is None else runs[:wanted]
    return partial(measure, model, *given)


def _release(name: str, version: str) -> Release:
    """A release; of a retired one what was kept."""
    try:
        return read_release(named_store(), Pin(name, version), pinned_key())
    except RetiredRelease:
        return kept(named_store(), name, version, pinned_key())


def _live(name: str) -> Alias | None:
    try:
        return read_alias(named_store(), name, "live")
    except NotFound:
        return None


def _canary(alias: Alias | None) -> dict[str, Any] | None:
    return alias.canary.model_dump() if alias and alias.canary else None


def _facts(manifest: Manifest) -> dict[str, Any]:
    return manifest.model_dump(mode="json", exclude={"golden": {"vectors"}, "signature": True})
