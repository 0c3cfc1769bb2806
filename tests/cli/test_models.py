"""`lectern models` on a store of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import cli
from model_store.build.builder import Build

Lectern = Callable[..., tuple[int, str, str]]


@pytest.fixture
def lectern(
    tmp_path: Path, grading_build: Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Lectern:
    """Run the command; exit code, output and errors."""
    monkeypatch.setenv("LECTERN_STORE", f"file:{tmp_path / 'store'}")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["lectern", "models", *arguments])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        captured = capsys.readouterr()
        return int(stop.value.code or 0), captured.out, captured.err

    return run


def test_the_life_of_two_versions(lectern: Lectern) -> None:
    assert lectern("build", "grading")[1].endswith("(cached)\n")
    for version in ("1.0.0", "1.1.0"):
        assert lectern("publish", "grading", version)[0] == 0
        assert lectern("promote", "grading", version, "--reason", f"to {version}")[0] == 0
    assert lectern("list", "grading")[1] == "1.0.0\n1.1.0  live\n"
    assert lectern("rollback", "grading", "--reason", "back")[1] == "live of grading is 1.0.0\n"
    assert json.loads(lectern("list", "grading", "--json")[1])["live"] == "1.0.0"
    lines = lectern("history", "grading")[1].splitlines()
    assert [line.split("  ")[1::2] for line in lines] == [
        ["1.0.0", "back"],
        ["1.1.0", "to 1.1.0"],
        ["1.0.0", "to 1.0.0"],
    ]
    shown = json.loads(lectern("show", "grading", "1.1.0")[1])
    assert (shown["version"], shown["base"]["name"]) == ("1.1.0", "all-minilm-l6-v2")


def test_a_second_publish_and_unknown_things_fail_with_a_sentence(lectern: Lectern) -> None:
    lectern("publish", "grading", "1.0.0")
    for arguments, message in (
        (("publish", "grading", "1.0.0"), "a version never changes"),
        (("promote", "grading", "9.9.9", "--reason", "x"), "no version 9.9.9"),
        (("rollback", "grading", "--reason", "x"), "no other version"),
        (("show", "grading", "9.9.9"), "no version 9.9.9"),
        (("publish", "grading", "one"), "a version is like 1.2.3"),
    ):
        code, _, error = lectern(*arguments)
        assert code == 1, arguments
        assert message in error
        assert "Traceback" not in error


@pytest.mark.parametrize("arguments", [("build", "nonsense"), ("promote", "grading", "1.0.0"), ("fly",)])
def test_wrong_usage(lectern: Lectern, arguments: tuple[str, ...]) -> None:
    assert lectern(*arguments)[0] == 2


def test_a_store_that_is_none(lectern: Lectern, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LECTERN_STORE", "ftp://x")
    code, _, error = lectern("list", "grading")
    assert code == 1
    assert "LECTERN_STORE must be" in error
