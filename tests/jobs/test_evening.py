"""docs/evening.md, run as it stands, against every function behind one address and a state machine that works."""

import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from infra.local.lambdas import Lambdas
from infra.local.serve import whole_api
from tests.served import served

PAGE = Path("docs/evening.md")
BLOCKS = re.findall(r"```(python|text)\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


@pytest.fixture
def address(running: Lambdas) -> Iterator[str]:
    """The address of the functions."""
    with served(whole_api()) as port:
        yield f"http://127.0.0.1:{port}"


def test_the_evening_is_as_it_is_told(address: str) -> None:
    names: dict[str, Any] = {}
    said = ""
    for kind, text in BLOCKS:
        if kind == "python":
            out = StringIO()
            with redirect_stdout(out):
                exec(text.replace("http://127.0.0.1:8000", address), names)  # what users are told to run
            said = out.getvalue()
        else:
            assert said == text
    names["call"]("DELETE", "/v1/questions/sci-circuit/pack")  # the other tests' jobs are graded without
