"""Any task over a file: a request in each line, its answer in the same line of the output."""

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from infra.local.journal import Journal, row_key
from infra.local.rows import item_of, lines, windows
from lectern.errors import InvalidRequest, LecternError, Unavailable
from lectern.items import answer_all
from lectern.models import Models
from lectern.packs.repository import shared as shared_packs
from lectern.principal import DEVELOPMENT
from lectern.problem import problem
from lectern.release import Pin, Release
from lectern.schemas import Request
from lectern.task import Task, Variant
from lectern.validation import validate

CHUNK = 64
"""Rows that are on disk together: few enough for little to be lost, many enough for threads to be busy."""


@dataclass(frozen=True)
class Counts:
    """Lines that got an answer, and lines that got an error."""

    answered: int
    errors: int


@dataclass
class Row:
    """A line: what is asked, and under which key its answer is kept; or what is wrong with it."""

    size: int
    item: dict[str, Any] = field(default_factory=dict)
    key: str = ""
    kept: bool = True
    """Whether the same answer will do the next time; of an endpoint's model nobody knows the version before."""

    error: LecternError | None = None


def run_file(
    task: Task, models: Models, source: Path, out: Path, version: str | None, progress: Callable[[int, int], None]
) -> Counts:
    """Answer every line of `source` into `out`, which appears when it is whole.

    What was answered before, by the same versions, comes from the journal beside it. `progress` hears lines done and
    lines in all.

    Raises:
        LecternError: there is no release to answer with, or no store.
        JournalBusy: another run writes to the same file.
        OSError: a file can't be read or written.
    """
    total, done, errors = sum(1 for _ in lines(source)), 0, 0
    out.parent.mkdir(parents=True, exist_ok=True)
    with Journal(out.with_name(f".{out.name}.journal")) as journal, _whole(out) as file:
        asking = Asking(task, models, version, journal)
        for window in windows(lines(source)):
            before = done

            def told(finished: int, before: int = before) -> None:
                progress(before + finished, total)

            for result in asking.answers(window, told):
                errors += "error" in result
                file.write(json.dumps(result, ensure_ascii=False, allow_nan=False).encode() + b"\n")
            done += len(window)
    return Counts(done - errors, errors)


class Asking:
    """One run: each model answers by the version that was live when it was first asked."""

    def __init__(self, task: Task, models: Models, version: str | None, journal: Journal) -> None:
        self._task, self._models, self._version, self._journal = task, models, version, journal
        self._pins: dict[str, Pin] = {}
        if task.variant is None:  # then no line can do without it
            self._release(task.model, None)

    def answers(self, window: Sequence[bytes], told: Callable[[int], None]) -> list[dict[str, Any]]:
        """The results of lines in their order; `told` hears how many are done."""
        rows = [self._row(line) for line in window]
        waiting = {row.key: row for row in rows if not row.error and row.key not in self._journal}
        made: dict[str, dict[str, Any]] = {}
        longest_first = sorted(waiting.values(), key=lambda row: row.size, reverse=True)
        told(len(rows) - len(waiting))
        for start in range(0, len(longest_first), CHUNK):
            chunk = longest_first[start : start + CHUNK]
            made |= self._asked(chunk)
            told(len(rows) - len(waiting) + start + len(chunk))
        return [self._result(row, made) for row in rows]

    def _asked(self, chunk: Sequence[Row]) -> dict[str, dict[str, Any]]:
        """The answers by key, kept before anybody sees them."""
        items = [row.item for row in chunk]
        found = answer_all(self._task, items, DEVELOPMENT, str(uuid.uuid4()), self._models)
        results = {row.key: _same_for_all(result) for row, result in zip(chunk, found, strict=True)}
        self._journal.add({row.key: results[row.key] for row in chunk if row.kept and "error" not in results[row.key]})
        return results

    def _result(self, row: Row, made: dict[str, dict[str, Any]]) -> dict[str, Any]:
        identity = {"id": row.item["id"]} if "id" in row.item else {}
        if row.error:
            return identity | _same_for_all({"error": problem(row.error, "")})
        return identity | (made.get(row.key) or self._journal.get(row.key) or {})

    def _row(self, line: bytes) -> Row:
        row = Row(len(line))
        try:
            row.item = item_of(line)
            self._choose(row)
        except LecternError as error:
            if isinstance(error, Unavailable) and not row.item.get("version"):
                raise  # it concerns every line
            row.error = error
        return row

    def _choose(self, row: Row) -> None:
        """Which release answers a row, with what of the tenant's own, before anybody asks it."""
        asked = {name: value for name, value in row.item.items() if name not in ("id", "student_id")}
        request = validate(self._task.request, asked)
        if getattr(request, "tier", "fast") != "fast":
            row.kept, row.key = False, row_key(row.item, "")
            return
        chosen = self._task.variant(request, DEVELOPMENT.tenant) if self._task.variant else Variant(self._task.model)
        release = self._release(chosen.model, request.version)
        own = [str(getattr(one, "version", "")) for one in chosen.own] + self._pack(request)
        row.item |= {"version": release.manifest.version}
        row.key = row_key(row.item, " ".join([release.digest, *own]))

    def _release(self, model: str, version: str | None) -> Release:
        """By a row's own version, else by the run's."""
        if version:
            return self._models.get(self._models.resolve(model, version)).release
        if model not in self._pins:
            self._pins[model] = self._models.resolve(model, self._version, DEVELOPMENT.tenant)
        return self._models.get(self._pins[model]).release

    def _pack(self, request: Request) -> list[str]:
        """The pack that the question has now, where packs adapt the task's answers."""
        question = getattr(request, "question_id", None)
        pack = shared_packs().find(DEVELOPMENT.tenant, question) if self._task.adaptation and question else None
        return [pack.version, pack.source_sha256] if pack else []


def _same_for_all(result: dict[str, Any]) -> dict[str, Any]:
    """A result without what names one run or one row."""
    shown = {name: value for name, value in result.items() if name not in ("id", "request_id")}
    if "error" in shown:
        shown["error"] = {name: value for name, value in shown["error"].items() if name != "request_id"}
    return shown


@contextmanager
def _whole(out: Path) -> Iterator[IO[bytes]]:
    """A draft that takes the file's place when it is finished."""
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)


def check_apart(source: Path, out: Path) -> None:
    """Raise InvalidRequest where a run would write over what it reads."""
    if out.exists() and source.samefile(out):
        raise InvalidRequest("The output must be another file than the input.")
