"""The commands, each imported when it is asked for."""

import subprocess
import sys

import pytest
from click import Context

from infra.local.cli import OTHERS, cli
from tests.command import runner


@pytest.mark.parametrize("name", OTHERS)
def test_a_command_is_found_by_its_own_name(name: str) -> None:
    command = cli.get_command(Context(cli), name)
    assert command is not None and command.name == name


def test_the_help_has_all_of_them(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, told, _ = runner(capsys, monkeypatch)("--help")
    assert code == 0
    listed = [line.split()[0] for line in told[told.index("Commands:") :].splitlines()[1:]]
    assert listed == sorted([*OTHERS, "grade", "serve", "local"])


def test_an_unknown_command_is_wrong_usage(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    code, _, error = runner(capsys, monkeypatch)("grades")
    assert code == 2 and "No such command 'grades'" in error


def test_a_start_imports_no_other_command_and_nothing_that_builds() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, infra.local.cli; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    others = {place.partition(":")[0] for place in OTHERS.values()}
    assert not set(told.stdout.split()) & {"onnx", "rich", "fastapi", "moto", *others}
