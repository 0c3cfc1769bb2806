"""The in-process batch runner: a CSV through the grading function's own pipeline, chunk by chunk."""

import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra.local.files import write_whole
from infra.local.journal import Journal, row_key
from lectern.batch.grades import Grade, error_text, grades_csv
from lectern.batch.report import report_html
from lectern.batch.summary import summarise
from lectern.batch.table import Row, Table, read_table
from lectern.errors import LecternError
from lectern.items import answer_all
from lectern.principal import DEVELOPMENT
from lectern.release import Release

CHUNK = 64
"""Rows that are answered together: small enough for progress to move, large enough for threads to be busy."""


def grade_file(
    path: Path, folder: Path, version: str | None, progress: Callable[[int, int], None], explain: bool = False
) -> dict[str, Any]:
    """Grade a CSV into `folder` (grades.csv, summary.json, report.html); returns the summary.

    `progress` hears rows done and rows in all; with `explain` the report marks what moved the grades.

    Raises:
        TableError: the file as a whole can't be read.
        LecternError: there is no release to grade with, or no store.
        JournalBusy: another run writes to the same folder.
        OSError: a file can't be read or written.
    """
    data = path.read_bytes()
    table = read_table(data)
    folder.mkdir(parents=True, exist_ok=True)
    with Journal(folder / ".journal.jsonl") as journal:
        grades = _grade(table, version, journal, progress, explain)
        summary = summarise(data, grades)
        write_whole(folder / "grades.csv", grades_csv(table, grades))
        write_whole(folder / "summary.json", _json(summary))
        write_whole(
            folder / "report.html", report_html(f"Grades for {path.stem}", summary, grades).encode(errors="replace")
        )
    return summary


def _grade(
    table: Table, version: str | None, journal: Journal, progress: Callable[[int, int], None], explain: bool
) -> list[Grade]:
    release = _release(version)
    common = {"version": release.manifest.version} | ({"explain": True} if explain else {})
    items = [row.item | common for row in table.rows if row.item]
    keys = [row_key(item, graders(release, item)) for item in items]
    waiting = {key: item for key, item in zip(keys, items, strict=True) if key not in journal}
    done = len(items) - len(waiting)
    errors: dict[str, str] = {}
    for chunk in _chunks(list(waiting.items())):
        results = dict(zip((key for key, _ in chunk), _answers([item for _, item in chunk]), strict=True))
        errors |= {key: error_text(result["error"]) for key, result in results.items() if "error" in result}
        journal.add({key: result for key, result in results.items() if "error" not in result})
        done += len(chunk)
        progress(done, len(items))
    by_row = iter(keys)
    return [
        _graded(row, next(by_row), journal, errors) if row.item else Grade(row, None, row.error) for row in table.rows
    ]


def _graded(row: Row, key: str, journal: Journal, errors: dict[str, str]) -> Grade:
    result = journal.get(key)
    return Grade(row, result, "" if result else errors[key])


def _release(version: str | None) -> Release:
    """The release that grades the whole file, whatever the alias does meanwhile."""
    from lectern.models import shared

    return shared().get(shared().resolve("grading", version)).release


def graders(release: Release, item: dict[str, Any]) -> str:
    """What grades an item: the release, and the pack that its question has now."""
    from lectern.packs.repository import shared

    try:
        pack = shared().find(DEVELOPMENT.tenant, item.get("question_id", ""))
    except LecternError:  # it is told with the row
        return release.digest
    return f"{release.digest} {pack.version} {pack.source_sha256}" if pack else release.digest


def _answers(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The function's results, without what names one run or one student."""
    from functions.grading.task import TASK
    from lectern.models import shared

    results = answer_all(TASK, items, DEVELOPMENT, str(uuid.uuid4()), shared())
    return [{name: value for name, value in result.items() if name not in ("id", "request_id")} for result in results]


def _chunks(values: list[tuple[str, dict[str, Any]]]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    yield from (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))


def _json(summary: dict[str, Any]) -> bytes:
    text = json.dumps(summary, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode(errors="replace")
