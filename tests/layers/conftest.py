"""The layers, made of this environment's packages in the place of Lambda's, and unpacked."""

import re
import shutil
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from layers.dependencies import archive
from layers.dependencies.build import FUNCTIONS, LOCK, build

LOCKED = re.findall(r"^([a-z0-9-]+)==", LOCK.read_text("utf-8"), flags=re.MULTILINE)


@dataclass(frozen=True)
class Layers:
    """The folder with the zips, the document of their sizes, and where the functions and the zips are unpacked.

    What runs inside a container (`endpoint`) is no function.
    """

    dist: Path
    sizes: dict[str, Any]
    path: list[Path]


def installed() -> dict[str, Path]:
    """The files of the locked packages, by what their RECORDs say."""
    files = [file for name in LOCKED for file in distribution(name).files or ()]
    return {str(file): path for file in files if ".." not in file.parts and (path := Path(str(file.locate()))).exists()}


@pytest.fixture(scope="session")
def layers(tmp_path_factory: pytest.TempPathFactory) -> Layers:
    folder = tmp_path_factory.mktemp("layers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "ZIP_DEFLATED", ZIP_STORED)  # seconds less; the files are the same
        found = build({"x86_64": installed()}, folder / "dist")
    shutil.copytree(FUNCTIONS, folder / "task/functions", ignore=shutil.ignore_patterns("__pycache__", "endpoint"))
    for path in (folder / "dist").glob("*.zip"):
        with ZipFile(path) as zipped:
            zipped.extractall(folder / path.stem)
    unpacked = [folder / path.stem / "python" for path in sorted((folder / "dist").glob("*.zip"))]
    return Layers(folder / "dist", found, [folder / "task", *unpacked])
