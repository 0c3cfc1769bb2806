"""What commands share: how long work shows on a terminal, and where data comes from."""

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

data_option = click.option(
    "--data",
    envvar="LECTERN_DATA",
    default="../shared/data",
    show_default=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
"""The data folder of commands that measure."""


def progress_bar() -> Progress:
    """A bar on standard error that goes away when the work is done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def printable(text: str) -> str:
    """Text on a line, without what a terminal would obey."""
    return "".join(character if character.isprintable() else " " for character in text)
