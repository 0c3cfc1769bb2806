"""`lectern models evaluate-explanations`: whether explanations name what moves the grades, and what they cost."""

import random
from pathlib import Path

import click

from infra.local.console import progress_bar
from infra.local.environment import ensure_live, use_local_settings


@click.command("evaluate-explanations")
@click.argument("name", type=click.Choice(["grading"]))
@click.option(
    "--data",
    envvar="LECTERN_DATA",
    default="../shared/data",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
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
    from model_store.errors import DataError
    from model_store.explanation_figures import summarise, write
    from model_store.explanations import Grader, measure
    from model_store.recipes.data import is_unseen_answer, read_semeval

    if use_local_settings():
        ensure_live(name, lambda text: click.echo(text, err=True))
    release = shared().get(shared().resolve(name, version)).release
    unseen = [example for example in read_semeval(data) if is_unseen_answer(example)]
    if not unseen:
        raise DataError(f"{data}: holds no answers of the part test-UA")
    chosen = random.Random(seed).sample(unseen, min(answers, len(unseen)))  # noqa: S311  # a sample, no secret
    with progress_bar() as progress:
        grader = Grader(shared(), release.manifest.version)
        measured = list(progress.track(measure(chosen, grader, seed), total=len(chosen), description="explaining"))
    model = {"name": name, "version": release.manifest.version, "digest": release.digest}
    facts = {"model": model, "seed": seed, "threads": settings().threads}
    click.echo(write(facts | summarise(measured), out))
