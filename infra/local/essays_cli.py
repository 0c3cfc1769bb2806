"""`lectern essays`: score an essay, and see what moved its score."""

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from infra.local.environment import ensure_live, use_local_settings

LEAST = 0.01
"""Part of the scale that a sentence has to move to be shown."""

SHOWN = 60
"""Characters of a sentence on its line."""


@click.group()
def essays() -> None:
    """Score essays."""


@essays.command()
@click.argument("source", metavar="ESSAY.txt", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--min", "low", required=True, type=float, help="The lowest score.")
@click.option("--max", "high", required=True, type=float, help="The highest score.")
@click.option("--step", type=float, help="Scores are the lowest and multiples of this above it.")
@click.option("--prompt", help="What the essay was to be about, or the name of a prompt that the model knows.")
@click.option("--version", help="Score with this version instead of the live one.")
@click.option("--explain", is_flag=True, help="Show what moved the score; takes up to twelve times as long.")
@click.option("--json", "as_json", is_flag=True, help="Print the response for machines.")
def score(source: Path, low: float, high: float, step: float | None, as_json: bool, **fields: Any) -> None:
    """Score an essay, a file of UTF-8 text, on a scale."""
    from functions.essays.task import TASK
    from lectern.call import Call
    from lectern.models import shared
    from lectern.pipeline import answer
    from lectern.principal import DEVELOPMENT
    from lectern.text import clean

    if use_local_settings():
        ensure_live("essays", lambda text: click.echo(text, err=True))
    essay, scale = source.read_bytes().decode("utf-8", errors="replace"), {"min": low, "max": high, "step": step}
    response = answer(TASK, fields | {"essay": essay, "scale": scale}, Call(DEVELOPMENT, str(uuid.uuid4())), shared())
    told = response.model_dump(mode="json")
    click.echo(response.model_dump_json() if as_json else "\n".join(_lines(told, clean(essay), low, high)))


def _lines(told: Mapping[str, Any], essay: str, low: float, high: float) -> list[str]:
    review = "needs review" if told["needs_review"] else "needs no review"
    sure = f"{told['confidence']:.0%} sure of it within {told['tolerance']:g}"
    traits = [f"  {name}: {t['score']:g} of {t['min']:g} to {t['max']:g}" for name, t in told["traits"].items()]
    effects = (told["explanation"] or {"essay": []})["essay"]
    moved = [effect for effect in effects if abs(effect["effect"]) >= LEAST * (high - low)]
    return [
        f"{told['score']:g} of {low:g} to {high:g}, {sure}, {review}",
        *traits,
        *(f"  {warning}" for warning in told["warnings"]),
        *(f"  {one['effect']:+.2f} points  {_shown(essay[one['start'] : one['end']])}" for one in moved),
    ]


def _shown(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
