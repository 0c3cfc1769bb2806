"""`lectern models`: what happens to versions – the gate, canaries, comparison, retirement, teachers' overrides."""

import json
from pathlib import Path
from typing import Any

import click

from infra.local.console import progress_bar
from infra.local.environment import built, named_store, pinned_key
from infra.local.files import write_whole
from model_store.errors import BadKey
from model_store.release import alias as aliases
from model_store.release.signing import open_signer

ROWS_IN_ERROR = 3


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--force", is_flag=True, help="Publish whatever the gate says; needs --reason.")
@click.option("--reason", default="", help="Why; the manifest keeps it beside what the gate said.")
def publish(name: str, version: str, force: bool, reason: str) -> None:
    """Build a model and publish it as a version, if the gate lets it through."""
    from model_store.release.gate import publish_through_gate

    if force != bool(reason.strip()):
        raise click.UsageError("--force and --reason come together")
    signer = open_signer()
    if signer.public_key() != pinned_key():
        raise BadKey("the signing key is not the one that LECTERN_PUBLIC_KEY pins; nobody would load what it signs")
    model, made = built(name)
    release = publish_through_gate(named_store(), signer, model, made, version, reason.strip())
    click.echo(f"published {name} {version} ({release.digest[:12]})")
    for check in release.manifest.gate.failed if release.manifest.gate else ():
        click.echo(f"  forced past {check.name}: {check.detail}", err=True)


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--weight", required=True, type=click.FloatRange(0, 1), help="Share of the students; 0 ends the canary.")
@click.option("--alias", default="live", show_default=True)
@click.option("--reason", required=True, help="Kept in the alias's history.")
def canary(name: str, version: str, weight: float, alias: str, reason: str) -> None:
    """Let a version answer a share of the students of an alias; promote ends it too."""
    state = aliases.canary(named_store(), pinned_key(), name, version, weight, alias, reason)
    now = f", {state.canary.version} for {state.canary.weight:.4g} of the students" if state.canary else ""
    click.echo(f"{alias} of {name} is {state.version}{now}")


@click.command()
@click.argument("name")
@click.argument("version")
@click.option("--reason", required=True, help="Kept in the version's place.")
@click.option("--grades", "places", multiple=True, help="Folder or s3://bucket/prefix of stored grades; repeatable.")
@click.option("--keep-manifest", is_flag=True, help="Keep the manifest, so that its grades can be explained.")
def retire(name: str, version: str, reason: str, places: tuple[str, ...], keep_manifest: bool) -> None:
    """Remove a version's weights for good, unless an alias or a stored grade names it."""
    from model_store.release.graded import lookup_in
    from model_store.release.retire import retire as take_out

    if not places and not keep_manifest:
        raise click.UsageError("say with --grades where stored grades lie, or keep the manifest with --keep-manifest")
    lookups = [lookup_in(place) for place in places]
    take_out(named_store(), pinned_key(), name, version, reason, lookups, keep_manifest)
    click.echo(f"retired {name} {version}")


@click.command()
@click.argument("first")
@click.argument("second")
@click.option(
    "--model", "name", default="grading", show_default=True, help="A version may name another, as NAME:1.0.0."
)
@click.option("--data", required=True, type=click.Path(exists=True, path_type=Path), help="CSV with gold, or a folder.")
@click.option("--out", default="comparison.html", show_default=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def compare(first: str, second: str, name: str, data: Path, out: Path, as_json: bool) -> None:
    """Hold a SECOND version against a FIRST on marked answers; writes a page with the answers that flip."""
    from infra.local.comparing import compare_versions, table
    from model_store.compare.page import page

    with progress_bar() as progress:
        bar = progress.add_task("comparing", total=None)

        def told(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        found = compare_versions(first, second, name, data, told)
    write_whole(out, page(found, data.name).encode(errors="replace"))
    click.echo(json.dumps(found.document) if as_json else f"{table(found.document)}\nThe page is {out}")


@click.command()
@click.argument("source", metavar="OVERRIDES.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="Training rows, JSON lines."
)
@click.pass_context
def rows(context: click.Context, source: Path, out: Path) -> None:
    """Teachers' overrides with consent to training as rows for the recipe, without students."""
    from model_store.overrides import as_json_lines, export

    found = export(source.read_text("utf-8", errors="replace").splitlines())
    write_whole(out, as_json_lines(found.rows).encode())
    for fault in found.faults:
        click.echo(f"{source.name}, {fault}", err=True)
    counts: dict[str, Any] = {"rows": len(found.rows), "without consent": found.without_consent}
    click.echo(", ".join(f"{count} {what}" for what, count in (counts | {"in error": len(found.faults)}).items()))
    if found.faults:
        context.exit(ROWS_IN_ERROR)


COMMANDS = (publish, canary, retire, compare, rows)
