"""Where stored grades are looked up, by the version that gave them.

Today they are what `lectern grade` writes: `grades.csv` and, of a run that was cut short, its journal, in folders or
under a prefix of a data bucket. Whatever else stores grades adds a function of the type Lookup.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from lectern.store import open_store

Lookup = Callable[[str, str], Iterator[str]]
"""Model and version → the places where grades of theirs are stored."""

GRADES, SUMMARY, JOURNAL = "grades.csv", "summary.json", ".journal.jsonl"


def lookup_in(place: str) -> Lookup:
    """Grades under a folder, or under `s3://bucket/prefix`."""
    files = _objects if place.startswith("s3://") else _files
    return lambda model, version: _naming(dict(files(place)), model, version)


def _files(place: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The files of interest below a folder, to be read when needed. Raises OSError where there is no such folder."""
    if not Path(place).is_dir():
        raise NotADirectoryError(20, "there is no such folder", place)
    for path in sorted(Path(place).rglob("*")):
        if path.name in (GRADES, SUMMARY, JOURNAL):
            yield path.as_posix(), path.read_bytes


def _objects(place: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    bucket, _, prefix = place.removeprefix("s3://").partition("/")
    store = open_store(f"s3://{bucket}")
    for key in store.keys(prefix):
        if PurePosixPath(key).name in (GRADES, SUMMARY, JOURNAL):
            yield f"s3://{bucket}/{key}", lambda key=key: store.get(key).data  # type: ignore[misc]


def _naming(files: dict[str, Callable[[], bytes]], model: str, version: str) -> Iterator[str]:
    for name, read in files.items():
        kind = PurePosixPath(name).name
        if kind == JOURNAL and (model, version) in _journalled(read()):
            yield name
        if kind == GRADES and version in _tabled(read()):
            summary = files.get(name.removesuffix(GRADES) + SUMMARY)
            if summary is None or _model(summary()) in (model, None):
                yield name


def _tabled(data: bytes) -> set[str]:
    """The versions that a table of grades names."""
    text = io.StringIO(data.decode("utf-8-sig", errors="replace"), newline="")
    return {row.get("model_version") or "" for row in csv.DictReader(text)}


def _journalled(data: bytes) -> set[tuple[str, str]]:
    """The models and versions that a journal names; a torn line names none."""
    named = set()
    for line in data.decode("utf-8", errors="replace").splitlines():
        try:
            model = json.loads(line)[1]["model"]
            named.add((str(model["name"]), str(model["version"])))
        except (ValueError, LookupError, TypeError):
            continue
    return named


def _model(summary: bytes) -> str | None:
    try:
        return str(json.loads(summary)["model"]["name"])
    except (ValueError, LookupError, TypeError):
        return None
