"""The page of the cascade says what was measured; the tiers follow from labels and confidences."""

import json

import numpy as np
import pytest

from model_store.cascade import FOLDER, Said, page, tiers


def test_the_page_is_made_of_the_committed_figures() -> None:
    found = json.loads((FOLDER / "cascade.json").read_text("utf-8"))
    assert (FOLDER / "cascade.md").read_text("utf-8") == page(found)


def test_auto_takes_the_heavy_label_below_the_threshold_and_pays_for_both() -> None:
    gold = np.array([0, 1, 2, 0])
    fast = Said(np.array([0, 0, 0, 0]), np.array([0.95, 0.55, 0.65, 0.3]), np.full(4, 2.0))
    heavy = Said(np.array([1, 1, 2, 2]), np.ones(4), np.full(4, 10.0))
    rows = {row["tier"]: row for row in tiers(fast, heavy, gold)}
    assert (rows["fast"]["accuracy"], rows["fast"]["cost"], rows["fast"]["escalated"]) == (0.5, 1.0, 0.0)
    assert (rows["heavy"]["accuracy"], rows["heavy"]["cost"], rows["heavy"]["escalated"]) == (0.5, 5.0, 1.0)
    assert [rows[f"auto below {t}"]["escalated"] for t in (0.5, 0.6, 0.7, 0.8, 0.9)] == [0.25, 0.5, 0.75, 0.75, 0.75]
    assert [rows[f"auto below {t}"]["accuracy"] for t in (0.5, 0.6, 0.7)] == [0.25, 0.5, 0.75]
    assert rows["auto below 0.6"]["cost"] == pytest.approx(1 + 0.5 * 5)
