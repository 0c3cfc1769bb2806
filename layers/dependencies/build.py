"""`make layers`: the zips of the layers into layers/dist, with the table of their sizes."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from layers.dependencies.archive import Archive, write_archive
from layers.dependencies.errors import BuildError
from layers.dependencies.install import PLATFORMS, install
from layers.dependencies.sizes import check, code_size, sizes, table
from layers.dependencies.strip import services_of, shipped

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("requirements.lock")
RUNTIME, FUNCTIONS, DIST = ROOT / "layers/runtime/python", ROOT / "functions", ROOT / "layers/dist"

CODE = (RUNTIME, FUNCTIONS, ROOT / "infra/handlers", ROOT / "model_store/release")
"""What runs with these layers: the last two publish releases inside the account."""

Files = Mapping[str, Path]
"""Files by their names below the folder that they are installed in."""


def files_of(folder: Path) -> dict[str, Path]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def build(installed: Mapping[str, Files], dist: Path) -> dict[str, Any]:
    """Zip packages that are installed, by platform, and the runtime; what comes back is in sizes.json too.

    Nothing in `dist` changes before everything is written.

    Raises:
        BuildError: a function would be over the limit.
        OSError: a file can't be read or written.
    """
    dist.mkdir(parents=True, exist_ok=True)
    services = services_of(*CODE)
    runtime = {name: path for name, path in files_of(RUNTIME).items() if not name.endswith(".pyc")}
    with TemporaryDirectory(dir=dist, prefix=".draft-") as folder:
        draft = Path(folder)
        layers = [_dependencies(platform, files, services, draft) for platform, files in installed.items()]
        found = sizes(layers, write_archive(runtime, draft / "runtime.zip"), code_size(FUNCTIONS))
        check(found)
        (draft / "sizes.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        for path in draft.iterdir():
            path.replace(dist / path.name)
    return found


def _dependencies(platform: str, files: Files, services: set[str], folder: Path) -> Archive:
    kept = {name: files[name] for name in shipped(files, services)}
    return write_archive(kept, folder / f"dependencies-{platform}.zip")


@click.command()
@click.option("--platform", "platforms", multiple=True, default=["x86_64"], type=click.Choice(list(PLATFORMS)))
@click.option("--out", "dist", default=DIST, show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--lock", default=LOCK, type=click.Path(exists=True, dir_okay=False, path_type=Path), hidden=True)
@click.option("--uv", default=ROOT / ".tools/bin/uv", envvar="UV", type=click.Path(path_type=Path), help="Where uv is.")
@click.option("--json", "as_json", is_flag=True, help="Print the sizes for machines.")
def main(platforms: Sequence[str], dist: Path, lock: Path, uv: Path, as_json: bool) -> None:
    """Build the layers' zips and sizes.json; prints the sizes."""
    try:
        with TemporaryDirectory() as folder:
            for platform in platforms:
                install(lock, platform, Path(folder, platform), uv)
            found = build({platform: files_of(Path(folder, platform)) for platform in platforms}, dist)
    except (BuildError, OSError) as error:
        click.echo(f"layers: {error}", err=True)
        sys.exit(1)
    click.echo(json.dumps(found) if as_json else table(found))


if __name__ == "__main__":
    main()
