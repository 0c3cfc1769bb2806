"""What a batch run has finished, line by line on disk, so that a run cut short goes on where it was."""

import fcntl
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Self

from lectern import __version__


class JournalBusy(Exception):
    """Another run writes to the same folder."""


class Journal:
    """Results by key, appended as they come; in memory is only where each one stands.

    Of what was asked it holds digests; of answers what the output has, too.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise JournalBusy(f"another run is writing to {path.parent}") from None
        self._places: dict[str, int] = {}
        self._file.seek(0)
        place = 0
        for line in self._file:
            if entry := _entry(line):
                self._places[entry[0]] = place
            place += len(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def get(self, key: str) -> dict[str, Any] | None:
        """The result of a key, if it is finished."""
        if key not in self._places:
            return None
        self._file.seek(self._places[key])
        entry = _entry(self._file.readline())
        assert entry, "a line that was read when the journal was opened"
        return entry[1]

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def add(self, results: dict[str, dict[str, Any]]) -> None:
        """Keep results; they are on disk when this returns. A torn line at the end of a file is closed first."""
        place = self._file.seek(0, os.SEEK_END) + self._file.write(b"\n")
        for key, result in results.items():
            self._places[key] = place
            place += self._file.write(json.dumps([key, result]).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())


def row_key(item: dict[str, Any], graders: str) -> str:
    """The identity of a grade: what was asked, word for word, which release (and pack) answered, and which runtime."""
    asked = {name: value for name, value in item.items() if name not in ("id", "student_id")}
    return hashlib.sha256(json.dumps([__version__, graders, asked], sort_keys=True).encode()).hexdigest()


def _entry(line: bytes) -> tuple[str, dict[str, Any]] | None:
    """A line's key and result; None for one that was torn or is none."""
    try:
        key, result = json.loads(line)
    except (ValueError, TypeError):
        return None
    return (key, result) if isinstance(key, str) and isinstance(result, dict) else None
