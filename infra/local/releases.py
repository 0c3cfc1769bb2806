"""`make releases`: the embedded models, built, where the stacks look for them."""

import shutil
from pathlib import Path

import click

from infra.artifacts import RELEASES
from model_store.build.builder import build
from model_store.catalogue import EMBEDDED, read_model


def copy_releases(models: tuple[str, ...] = EMBEDDED, folder: Path = RELEASES) -> None:
    """Build the models and put each one's files into a folder of its own, in the place of what was there."""
    for name in models:
        shutil.rmtree(folder / name, ignore_errors=True)
        shutil.copytree(build(read_model(name)).folder, folder / name)
        click.echo(f"{name} is in {folder / name}")


if __name__ == "__main__":
    copy_releases()
