"""Zips that are the same bytes whenever they hold the same files."""

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

EPOCH = (1980, 1, 1, 0, 0, 0)
UNIX, FILE_MODE = 3, 0o100644


@dataclass(frozen=True)
class Archive:
    """A zip on disk: its bytes, those of its files, its digest, and the bytes below each folder of `python/`."""

    name: str
    files: int
    zipped: int
    unzipped: int
    sha256: str
    parts: dict[str, int]


def write_archive(entries: Mapping[str, Path], out: Path) -> Archive:
    """Zip files under their names below `python/`, where Lambda looks for a layer's packages. Raises OSError."""
    with ZipFile(out, "w") as archive:
        for name in sorted(entries):
            with entries[name].open("rb") as source, archive.open(_entry(f"python/{name}"), "w") as target:
                shutil.copyfileobj(source, target)
    return read_archive(out)


def read_archive(path: Path) -> Archive:
    """What a zip of `write_archive` holds."""
    with ZipFile(path) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    parts: dict[str, int] = {}
    for name, size in sizes.items():
        part = name.split("/")[1]
        parts[part] = parts.get(part, 0) + size
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Archive(path.name, len(sizes), path.stat().st_size, sum(sizes.values()), digest, parts)


def _entry(name: str) -> ZipInfo:
    """An entry without the file's own time, mode and machine."""
    entry = ZipInfo(name, EPOCH)
    entry.create_system, entry.external_attr, entry.compress_type = UNIX, FILE_MODE << 16, ZIP_DEFLATED
    return entry
