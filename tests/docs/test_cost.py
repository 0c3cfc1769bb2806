"""The cost commands of the pages, run as they stand, print and draw what stands there (`python -m infra.cost.page`)."""

import re
from pathlib import Path

import pytest

from infra.cost.page import BLOCK, PAGES, ROOT, refreshed

COST, README = (page.read_text("utf-8") for page in PAGES)


def test_every_command_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(BLOCK.findall(COST)) == COST.count("```sh") == 4
    assert len(BLOCK.findall(README)) == 1
    (tmp_path / "docs/images").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert refreshed(README) == README
    assert refreshed(COST) == COST
    drawn = (tmp_path / "docs/images/cost.svg").read_text("utf-8")
    assert drawn == (ROOT / "docs/images/cost.svg").read_text("utf-8")


def test_every_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", COST):
        assert (ROOT / "docs" / target).exists(), target
