"""`lectern models evaluate-explanations`: whether explanations name what moves a grade, and what they cost."""

from pathlib import Path
from typing import Any

import click

from infra.local.console import data_option, progress_bar
from infra.local.environment import ensure_live, named_store
from lectern.release import Release

THRESHOLD_ANSWERS = 900
"""Training answers on which the threshold of coverage is looked for."""

DRAWN = {"grading": 300, "essays": 60}
"""Held-out answers or essays to draw where nothing else is said."""


@click.command("evaluate-explanations")
@click.argument("name", type=click.Choice(list(DRAWN)))
@data_option
@click.option("--version", help="Measure this version instead of the live one.")
@click.option(
    "--first-run",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Essays: measure with the heads of this run, which kept the measured essays apart.",
)
@click.option("--answers", type=click.IntRange(min=1), help="Held-out answers to draw: 300 if not said, or 60 essays.")
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--out", default="docs/results", show_default=True, type=click.Path(file_okay=False, path_type=Path), help="Folder."
)
@click.pass_obj
def evaluate_explanations(
    own_store: bool,
    name: str,
    data: Path,
    version: str | None,
    first_run: Path | None,
    answers: int | None,
    seed: int,
    out: Path,
) -> None:
    """Delete what explanations name, beside random words; writes explanations.json and .md, or explanations-essays."""
    if first_run and name != "essays":
        raise click.UsageError("--first-run is for essays")
    if own_store:
        ensure_live(name, lambda text: click.echo(text, err=True))
    count = answers or DRAWN[name]
    if name == "essays":
        click.echo(_essays(data, version, first_run, count, seed, out))
    else:
        click.echo(_grading(data, version, count, seed, out))


def _grading(data: Path, version: str | None, answers: int, seed: int, out: Path) -> str:
    """Measure the grading model; returns the page."""
    from lectern.models import shared
    from model_store.explanation_figures import summarise, write
    from model_store.explanation_threshold import best_threshold
    from model_store.explanations import Grader, draw, measure

    model = shared().get(shared().resolve("grading", version))
    training, held_out = draw(data, THRESHOLD_ANSWERS, answers, seed)
    with progress_bar() as progress:
        work = measure(held_out, Grader(shared(), model.release.manifest.version), seed)
        measured = list(progress.track(work, total=len(held_out), description="explaining"))
    return write(_facts(model.release, seed) | summarise(measured, best_threshold(training, model)), out)


def _essays(data: Path, version: str | None, first_run: Path | None, essays: int, seed: int, out: Path) -> str:
    """Measure the essays model; returns the page."""
    from functions.essays.heads import FILE
    from lectern.models import Models, shared
    from lectern.settings import settings
    from model_store.essay_explanations import FirstRun, Scorer, draw, measure, summarise
    from model_store.explanation_figures import write

    models: Models = shared()
    if first_run:
        models = FirstRun(named_store(), settings(), (first_run / FILE).read_bytes())
    release = models.get(models.resolve("essays", version)).release
    drawn = draw(data, essays, seed)
    with progress_bar() as progress:
        work = measure(drawn, Scorer(models, release.manifest.version), seed)
        measured = list(progress.track(work, total=len(drawn), description="explaining"))
    facts = _facts(release, seed) | {"first_run": bool(first_run)}
    return write(facts | summarise(measured), out, "explanations-essays")


def _facts(release: Release, seed: int) -> dict[str, Any]:
    from lectern.settings import settings

    manifest = release.manifest
    identity = {"name": manifest.model, "version": manifest.version, "digest": release.digest}
    return {"model": identity, "seed": seed, "threads": settings().threads}
