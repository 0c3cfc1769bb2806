"""`lectern run`: any task over a file of requests."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from infra.local.console import progress_bar
from infra.local.environment import ensure_live, use_local_settings

ROWS_IN_ERROR = 3


@click.command()
@click.argument("name", metavar="TASK")
@click.argument("source", metavar="IN.jsonl", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file of answers.")
@click.option("--version", help="Answer with this version instead of the live one, where a line names none.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts for machines.")
def run(name: str, source: Path, out: Path, version: str | None, as_json: bool) -> None:
    """Answer a file: each line holds the JSON of a request of TASK, and its answer gets into the same line of --out.

    A line may also have an id, which comes back. A bad line gets its error and stops nothing.
    """
    own = use_local_settings()
    from infra.local.run import check_apart, run_file
    from infra.local.tasks import tasks
    from lectern.models import shared
    from model_store.catalogue import EMBEDDED

    if name not in tasks():
        raise click.UsageError(f"there is no task {name!r}; there are {', '.join(tasks())}")
    check_apart(source, out)
    for model in set(tasks()[name].names) & set(EMBEDDED) if own else ():
        ensure_live(model, lambda text: click.echo(text, err=True))
    with progress_bar() as progress:
        bar = progress.add_task(name, total=None)

        def told(finished: int, total: int) -> None:
            progress.update(bar, completed=finished, total=total)

        counts = run_file(tasks()[name], shared(), source, out, version, told)
    said = f"{counts.answered} answered, {counts.errors} lines in error; see {out}"
    click.echo(json.dumps(asdict(counts)) if as_json else said)
    if counts.errors:
        sys.exit(ROWS_IN_ERROR)
