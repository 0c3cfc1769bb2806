"""What comes beside the graph of semantic roles."""

import json
from pathlib import Path

import pytest

from model_store.build.roles import TRANSITIONS, read_transitions
from model_store.errors import AdapterMismatch


def written(folder: Path, rows: int, columns: int) -> Path:
    (folder / "adapter.json").write_text('{"labels": ["ARG0", "ARG1"]}')
    (folder / TRANSITIONS).write_text(json.dumps([[-0.25] * columns] * rows))
    return folder


def test_transitions_are_read_as_they_are(tmp_path: Path) -> None:
    assert read_transitions(written(tmp_path, 5, 5)) == ((-0.25,) * 5,) * 5


@pytest.mark.parametrize(("rows", "columns"), [(7, 5), (5, 7), (9, 9), (0, 0)])
def test_transitions_between_other_tags_are_refused(tmp_path: Path, rows: int, columns: int) -> None:
    with pytest.raises(AdapterMismatch, match="2 roles"):
        read_transitions(written(tmp_path, rows, columns))


@pytest.mark.parametrize("text", ["[[0], [0, 1]]", "[[null]]", '[["a"]]', "[[", "{}"])
def test_what_is_no_table_of_numbers_is_refused(tmp_path: Path, text: str) -> None:
    written(tmp_path, 5, 5)
    (tmp_path / TRANSITIONS).write_text(text)
    with pytest.raises(AdapterMismatch, match=TRANSITIONS):
        read_transitions(tmp_path)
