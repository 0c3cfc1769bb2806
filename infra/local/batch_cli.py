"""`lectern batch`: a file as a job."""

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path

import click

from infra.local.console import progress_bar
from lectern.jobs.documents import Job, JobSettings

ROWS_IN_ERROR = 3
DEFAULTS = JobSettings()


@click.group()
def batch() -> None:
    """Batches as jobs."""


@batch.command()
@click.argument("source", metavar="IN.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path), help="Output folder.")
@click.option("--version", help="Grade with this version instead of the live one.")
@click.option("--error-budget", type=click.FloatRange(0, 1), help="Share of wrong grades that may pass without review.")
@click.option("--chunk-rows", type=click.IntRange(1, 1000), default=DEFAULTS.chunk_rows, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=os.cpu_count() or 1, show_default=True)
@click.option("--gradebook/--no-gradebook", default=True, help="Whether the grades go into the gradebook, too.")
@click.option("--json", "as_json", is_flag=True, help="Print the job for machines.")
def run(
    source: Path,
    folder: Path,
    version: str | None,
    error_budget: float | None,
    chunk_rows: int,
    workers: int,
    gradebook: bool,
    as_json: bool,
) -> None:
    """Grade a file by the state machine: the one that LECTERN_STATE_MACHINE names, else one on this machine."""
    from infra.local.batch import run_job
    from infra.local.jobs import local_jobs

    chosen = JobSettings(chunk_rows=chunk_rows, concurrency=workers, error_budget=error_budget, gradebook=gradebook)
    with nullcontext() if os.environ.get("LECTERN_STATE_MACHINE") else local_jobs(workers), progress_bar() as progress:
        bar = progress.add_task("grading", total=None)

        def told(finished: int, rows: int) -> None:
            progress.update(bar, completed=finished, total=rows or None)

        job = run_job(source, folder, version, chosen, told)
    click.echo(job.model_dump_json() if as_json else _told(job, folder))
    _exit(job)


def _told(job: Job, folder: Path) -> str:
    counts = job.counts
    told = f"{counts.graded} graded, {counts.needs_review} need review, {counts.errors} rows in error"
    return f"{told}; see {folder / 'grades.csv'}" if job.outputs else f"{told}; {job.reason}"


def _exit(job: Job) -> None:
    if job.state in ("failed", "cancelled"):
        click.echo(f"lectern: the job {job.state}: {json.dumps(job.reason)[1:-1]}", err=True)
        sys.exit(1)
    if job.counts.errors:
        sys.exit(ROWS_IN_ERROR)
