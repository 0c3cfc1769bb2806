"""Which memory a function should have."""

import json
from pathlib import Path

import pytest

from infra.choices import read_functions
from infra.cost.measured import NotMeasured
from infra.cost.memory import Setting, best, settings_of, table
from lectern.prices import read_prices


def results(folder: Path, warm: float, memory: float) -> Path:
    rows = [{"name": "warm.grading", "value": warm}, {"name": "memory.grading", "value": memory}]
    (folder / "latest.json").write_text(json.dumps(rows))
    return folder


def test_half_the_memory_is_half_the_processor(tmp_path: Path) -> None:
    """10 ms at a whole processor; at 512 MB 34.55 ms, billed as 35: 0.5 GB for 0.035 s and a request."""
    found = {s.memory: s for s in settings_of(read_prices(), results(tmp_path, 10.0, 180.0))["grading"]}
    assert 256 not in found, "no room"
    assert found[512].milliseconds == pytest.approx(34.55, abs=0.01)
    assert found[512].dollars == pytest.approx(1000 * (0.035 * 0.5 * 0.0000166667 + 0.0000002))
    assert found[3008].milliseconds == found[1769].milliseconds == 10.0


def test_of_what_costs_the_same_the_faster_one() -> None:
    sizes = [Setting("f", 512, 35.0, 0.000300), Setting("f", 1769, 10.0, 0.000325), Setting("f", 3008, 10.0, 0.000500)]
    assert best(sizes).memory == 1769
    assert best(sizes[:1]).memory == 512


def test_functions_have_the_memory_that_is_best() -> None:
    rows = read_functions()
    for name, sizes in settings_of(read_prices()).items():
        assert rows[name].memory == best(sizes).memory, name


def test_the_table_has_a_star_for_each(tmp_path: Path) -> None:
    said = table(settings_of(read_prices(), results(tmp_path, 10.0, 180.0)))
    assert said.count("ms*") == 1 and "–" in said


@pytest.mark.parametrize("content", [None, "", "[]]", '[{"name": "warm.grading", "value": 1}]', '[{"name": 1}]'])
def test_results_that_are_none(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "latest.json").write_text(content)
    with pytest.raises(NotMeasured):
        settings_of(read_prices(), tmp_path)
