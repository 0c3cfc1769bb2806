"""The blocks of docs/exports.md, run as they stand; each prints what the page says."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/exports.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, flags=re.DOTALL)


def test_every_block_is_run() -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 3


@pytest.mark.parametrize("number", range(3))
def test_a_block_prints_what_the_page_says(number: int) -> None:
    program, expected = BLOCKS[number]
    with redirect_stdout(io.StringIO()) as told:
        exec(compile(program, "docs/exports.md", "exec"), {})
    assert told.getvalue().replace("\r\n", "\n").strip() == expected.strip()


def test_every_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
