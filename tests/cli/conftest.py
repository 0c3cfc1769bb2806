"""`lectern grade` on files that tests write."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lectern.release import Release
from tests.command import runner

HEADER = "id,student_id,question_id,question,reference,answer,max_score"
QUESTION = "Why does ice float on water?,Ice is less dense than water."


@dataclass(frozen=True)
class Done:
    """How a run ended, and what it wrote."""

    code: int
    error: str
    folder: Path

    @property
    def rows(self) -> list[dict[str, str]]:
        """The rows of grades.csv."""
        data = (self.folder / "grades.csv").read_bytes().decode("utf-8", errors="surrogateescape")
        return list(csv.DictReader(io.StringIO(data, newline="")))

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json."""
        content: dict[str, Any] = json.loads((self.folder / "summary.json").read_text("utf-8"))
        return content


Run = Callable[..., Done]


@pytest.fixture
def grade(tmp_path: Path, release: Release, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `lectern grade` on bytes or on lines under the usual header."""
    command = runner(capsys, monkeypatch)

    def run(content: bytes | list[str], *options: str, out: str = "out") -> Done:
        data = content if isinstance(content, bytes) else "\n".join([HEADER, *content, ""]).encode()
        (tmp_path / "in.csv").write_bytes(data)
        code, _, error = command("grade", str(tmp_path / "in.csv"), "--out", str(tmp_path / out), *options)
        return Done(code, error, tmp_path / out)

    return run
