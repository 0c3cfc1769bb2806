"""`lectern models attack`: fool a model on purpose, and keep what came of it beside the adapter."""

import json
from pathlib import Path

import click

from infra.local.console import data_option, progress_bar
from infra.local.environment import use_local_settings


@click.command()
@click.argument("name")
@data_option
@click.option(
    "--first-run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Adapter of the run that kept the validation questions apart: attack it on these, not the released one.",
)
@click.option("--size", default=300, show_default=True, help="Wrong answers per attack; half as many right ones.")
@click.option("--seed", default=0, show_default=True)
def attack(name: str, data: Path, first_run: Path | None, size: int, seed: int) -> None:
    """Run every attack on the int8 file; writes the adapter's attacks.json, evaluation and card."""
    from model_store.attacks.record import write
    from model_store.attacks.trial import attack as measure
    from model_store.catalogue import read_model

    use_local_settings()
    model = read_model(name)
    with progress_bar() as progress:
        bar = progress.add_task("searching", total=None)

        def told(phase: str, done: int, total: int) -> None:
            progress.update(bar, description=phase, completed=done, total=total)

        found = measure(model, first_run, data, seed, size, told)
    write(model, found)
    click.echo(json.dumps(found, indent=2))
