"""`lectern models`: train, distil and prune by recipes in .venv-train; quantise and calibrate by measuring a build."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from infra.local.console import data_option, progress_bar
from model_store.errors import TrainingError

ROOT = Path(__file__).parents[2]
TRAIN_PYTHON = ROOT / ".venv-train" / "bin" / "python"

_PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}


@click.command(context_settings=_PASSED_ON)
@click.argument("name")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def train(name: str, options: tuple[str, ...]) -> None:
    """Train NAME by its recipe; goes on where it was. --help lists data, folders and parameters."""
    _recipe("train", name, options)


@click.command(context_settings=_PASSED_ON)
@click.argument("name")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def distil(name: str, options: tuple[str, ...]) -> None:
    """Teach a network with fewer layers to answer like its teacher. --help lists the options."""
    _recipe("distil", name, options)


@click.command(context_settings=_PASSED_ON)
@click.argument("name")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def prune(name: str, options: tuple[str, ...]) -> None:
    """Take away the attention heads and feed-forward columns that matter least. --help lists the options."""
    _recipe("prune", name, options)


def _measuring(multiple: bool) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The argument and options of commands that ask a model validation answers."""
    folder = click.Path(exists=True, file_okay=False, path_type=Path)
    kept = "Adapter of a run that kept questions apart; for calibrating grading, one for each fold."

    def add(command: Callable[..., None]) -> Callable[..., None]:
        command = click.option("--first-run", required=True, multiple=multiple, type=folder, help=kept)(command)
        return click.argument("name")(data_option(command))

    return add


@click.command()
@_measuring(multiple=False)
@click.option("--answers", default=200, show_default=True, help="Validation answers that each scheme is asked.")
@click.option("--json", "as_json", is_flag=True, help="Print for machines.")
def quantise(name: str, data: Path, first_run: Path, answers: int, as_json: bool) -> None:
    """Measure int8 schemes by macro-F1 and latency; the one that is chosen is what builds use from now on."""
    from model_store.catalogue import read_model
    from model_store.schemes import choose_scheme, table

    found = _told(lambda told: choose_scheme(read_model(name), first_run, data, answers, told))
    click.echo(json.dumps(found, indent=2) if as_json else table(found))


@click.command()
@_measuring(multiple=True)
def calibrate(name: str, data: Path, first_run: tuple[Path, ...]) -> None:
    """Fit confidence and review thresholds anew on answers kept apart; writes the adapter's evaluation.

    The grader's parts are blended anew as well, so that what is built afterwards is another file.
    """
    from model_store.catalogue import kind_of, read_model
    from model_store.evaluate import recalibrate
    from model_store.evaluate_grader import calibrate_grader

    model = read_model(name)
    if kind_of(model) == "grader":
        found = _told(lambda told: calibrate_grader(model, first_run, data, told))
    else:
        found = _told(lambda told: recalibrate(model, first_run[0], data, told))
    click.echo(json.dumps(found, indent=2))


@click.command()
@click.argument("name")
@data_option
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), default=Path("teacher.npz"), show_default=True)
@click.option("--made", type=click.IntRange(0, 20), default=2, show_default=True, help="Answers made of each one.")
def teach(name: str, data: Path, out: Path, made: int) -> None:
    """Write what NAME says of the training answers and of made ones, for a smaller model to learn from (--soft)."""
    from model_store.catalogue import read_model
    from model_store.teach import teach as ask

    count = _told(lambda told: ask(read_model(name), data, out, made, told))
    click.echo(f"wrote {out}: {count} answers")


@click.command()
def results() -> None:
    """Write docs/results/models.md out of what was measured: evaluations, attacks, packs, baselines."""
    from model_store.results import write

    for path in write():
        click.echo(f"wrote {path}")


def _recipe(work: str, name: str, options: tuple[str, ...]) -> None:
    """Run a recipe with .venv-train's Python and end with its exit code. Raises TrainingError if there is none."""
    if not TRAIN_PYTHON.exists():
        raise TrainingError(f"`lectern models {work}` needs torch, in .venv-train: run make train-env")
    command = [str(TRAIN_PYTHON), "-m", "model_store.recipes.job", "--work", work, "--model", name, *options]
    path = os.pathsep.join([str(ROOT), str(ROOT / "layers" / "runtime" / "python")])
    sys.exit(subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=False).returncode)


def _told(measure: Callable[[Callable[[int, int], None]], Any]) -> Any:
    with progress_bar() as progress:
        bar = progress.add_task("measuring", total=None)
        return measure(lambda done, total: progress.update(bar, completed=done, total=total))


COMMANDS = (train, distil, prune, teach, quantise, calibrate, results)
"""What `lectern models` takes in."""
