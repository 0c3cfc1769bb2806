"""Abstracts with their summaries: what is kept apart, and damaged lines."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from model_store.errors import DataError
from model_store.recipes.summaries_data import FILE, SECTIONS, Abstract, read_abstracts, read_sections

ROW: dict[str, Any] = {"split": "train", "source": ["One. ", "Two."], "labels": [0, 1], "target": ["Both."]}


def write(folder: Path, rows: list[dict[str, Any]], name: str = FILE) -> Path:
    (folder / name).write_bytes(gzip.compress("".join(f"{json.dumps(row)}\n" for row in rows).encode()))
    return folder


def test_development_abstracts_are_held_and_others_not_read(tmp_path: Path) -> None:
    found = read_abstracts(write(tmp_path, [ROW, ROW | {"split": "dev"}, ROW | {"split": "test"}]))
    assert found[0] == Abstract(("One.", "Two."), ("Both.",), held=False)
    assert [abstract.held for abstract in found] == [False, True]


@pytest.mark.parametrize("broken", [{"source": []}, {"source": "One."}, {"target": [" "]}, {"target": [3]}])
def test_a_damaged_line_is_told_with_its_number(tmp_path: Path, broken: dict[str, Any]) -> None:
    with pytest.raises(DataError, match="line 2"):
        read_abstracts(write(tmp_path, [ROW, ROW | broken]))


def test_sections_that_define_nothing_are_left_out(tmp_path: Path) -> None:
    row = {"section": "Lists", "text": "A list is a sequence.", "terms": ["list"]}
    found = read_sections(write(tmp_path, [row, row | {"terms": []}], SECTIONS))
    assert [section.terms for section in found] == [("list",)]
