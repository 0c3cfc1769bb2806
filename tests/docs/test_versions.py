"""The commands of docs/versions.md, run as they stand and in its order on a store of this test alone."""

import re
import shlex
from pathlib import Path

import pytest

from infra.local import cli
from infra.local.environment import ensure_live

ROOT = Path(__file__).parents[2]
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text("utf-8") for name in ("versions", "overrides")}
COMMANDS = re.findall(r"^\.venv/bin/(lectern .*)$", PAGES["versions"], flags=re.MULTILINE)


def test_the_life_of_a_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LECTERN_STORE", f"file:{tmp_path / 'store'}")
    ensure_live("grading", lambda _: None)
    told = []
    for command in COMMANDS:
        monkeypatch.setattr("sys.argv", shlex.split(command.replace("build/", f"{tmp_path}/build/")))
        with pytest.raises(SystemExit) as stop:
            cli.main()
        assert stop.value.code == 0, capsys.readouterr().err
        told.append(capsys.readouterr().out)
    assert len(COMMANDS) == 8
    assert told[-1] == "1.0.0  live\n1.1.0  retired\n"
    assert "secret" not in told[1] and "Right grades" in told[1]
    assert "student-01" not in told[1]
    assert (tmp_path / "build" / "comparison.html").stat().st_size > 5_000


@pytest.mark.parametrize("name", PAGES)
def test_every_link_is_there(name: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGES[name]):
        assert (ROOT / "docs" / target).exists(), target
