"""`lectern essays` on files that tests write."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lectern.release import Release
from tests.command import runner
from tests.http.test_essays import ESSAY

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def score(
    tmp_path: Path, essays_release: Release, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Run `lectern essays score` on bytes; exit code, output and errors."""

    command = runner(capsys, monkeypatch, "essays", "score")

    def run(essay: bytes, *options: str) -> tuple[int, str, str]:
        (tmp_path / "essay.txt").write_bytes(essay)
        return command(str(tmp_path / "essay.txt"), *options)

    return run


SCALE = ("--min", "2", "--max", "12")


def test_an_essay_is_scored(score: Run) -> None:
    code, told, _ = score(ESSAY.encode(), *SCALE)
    assert code == 0
    assert "of 2 to 12" in told.splitlines()[0] and "sure of it within 1, needs" in told.splitlines()[0]
    assert "points" not in told


def test_what_moved_the_score_comes_with_its_points(score: Run) -> None:
    lines = score(ESSAY.encode(), *SCALE, "--explain")[1].splitlines()
    moved = [line for line in lines if " points  " in line]
    assert moved == lines[-len(moved) :] and len(moved) >= 3
    points = [float(line.split()[0]) for line in moved]
    assert points == sorted(points, reverse=True)
    assert all(line.split(" points  ")[1].rstrip("…") in ESSAY for line in moved)


def test_the_response_for_machines(score: Run) -> None:
    code, told, _ = score(ESSAY.encode(), *SCALE, "--prompt", "asap-aes/7", "--explain", "--json")
    body = json.loads(told)
    assert code == 0
    assert len(body["explanation"]["essay"]) >= 5 and "ideas" in body["traits"]


def test_traits_and_warnings_are_told(score: Run) -> None:
    told = score(ESSAY.encode(), *SCALE, "--prompt", "asap-aes/7")[1]
    assert "\n  ideas: " in told and " of 0 to 3" in told
    assert "does not read like the others" in told


@pytest.mark.parametrize("essay", [b"", b"\xff\xfe", "é\x00 \u200b".encode()])
def test_any_bytes_are_an_essay(score: Run, essay: bytes) -> None:
    assert score(essay, *SCALE, "--explain")[0] == 0


def test_a_scale_that_is_none_is_told_in_one_line(score: Run) -> None:
    code, _, error = score(b"x", "--min", "2", "--max", "2")
    assert code == 1
    assert error.startswith("lectern: ") and error.count("\n") == 1
