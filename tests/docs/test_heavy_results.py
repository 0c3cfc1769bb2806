"""The page of the endpoint's benchmark says what was measured, and what was measured is what was asked for."""

import json
from pathlib import Path

from tests.perf.heavy_page import page

FOLDER = Path(__file__).parents[1] / "perf" / "results"
FOUND = json.loads((FOLDER / "heavy.json").read_text("utf-8"))


def test_the_page_is_made_of_the_committed_figures() -> None:
    assert (FOLDER / "heavy.md").read_text("utf-8") == page(FOUND)


def test_gathering_loses_nothing_and_changes_no_answer() -> None:
    assert FOUND["clients"] == 32
    assert FOUND["ratios"]["one by one"]["median"] >= 0.95
    assert FOUND["probabilities_apart"] < 1e-5
