"""The commands of docs/cost.md, run as they stand, print and draw what the page has (`python -m infra.cost.page`)."""

import re
from pathlib import Path

import pytest

from infra.cost.page import BLOCK, PAGE, refreshed

ROOT = Path(__file__).parents[2]
TEXT = PAGE.read_text("utf-8")


def test_every_command_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(BLOCK.findall(TEXT)) == TEXT.count("```sh") == 4
    (tmp_path / "docs/images").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert refreshed(TEXT) == TEXT
    drawn = (tmp_path / "docs/images/cost.svg").read_text("utf-8")
    assert drawn == (ROOT / "docs/images/cost.svg").read_text("utf-8")


def test_every_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / "docs" / target).exists(), target
