"""`lectern models evaluate-explanations`: whether explanations name what moves the grades, and what they cost."""

from pathlib import Path

import click

from infra.local.console import data_option, progress_bar
from infra.local.environment import ensure_live, use_local_settings

THRESHOLD_ANSWERS = 900
"""Training answers on which the threshold of coverage is looked for."""


@click.command("evaluate-explanations")
@click.argument("name", type=click.Choice(["grading"]))
@data_option
@click.option("--version", help="Measure this version instead of the live one.")
@click.option("--answers", default=300, show_default=True, type=click.IntRange(min=1), help="Held-out answers to draw.")
@click.option("--seed", default=0, show_default=True)
@click.option(
    "--out", default="docs/results", show_default=True, type=click.Path(file_okay=False, path_type=Path), help="Folder."
)
def evaluate_explanations(name: str, data: Path, version: str | None, answers: int, seed: int, out: Path) -> None:
    """Delete what explanations name, beside random words; writes explanations.json and explanations.md."""
    from lectern.models import shared
    from lectern.settings import settings
    from model_store.explanation_figures import summarise, write
    from model_store.explanation_threshold import best_threshold
    from model_store.explanations import Grader, draw, measure

    if use_local_settings():
        ensure_live(name, lambda text: click.echo(text, err=True))
    model = shared().get(shared().resolve(name, version))
    training, held_out = draw(data, THRESHOLD_ANSWERS, answers, seed)
    with progress_bar() as progress:
        work = measure(held_out, Grader(shared(), model.release.manifest.version), seed)
        measured = list(progress.track(work, total=len(held_out), description="explaining"))
    identity = {"name": name, "version": model.release.manifest.version, "digest": model.release.digest}
    facts = {"model": identity, "seed": seed, "threads": settings().threads}
    click.echo(write(facts | summarise(measured, best_threshold(training, model)), out))
