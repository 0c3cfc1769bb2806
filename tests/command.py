"""`lectern` as somebody types it."""

from collections.abc import Callable

import pytest

from infra.local import cli

Run = Callable[..., tuple[int, str, str]]
"""Arguments → exit code, standard output, standard error."""


def runner(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *before: str) -> Run:
    """Run the command in this process, with arguments that come before all others, and take what it printed."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["lectern", *before, *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
