"""docs/protocol.md: its program runs as it stands, against a server."""

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs/protocol.md").read_text("utf-8")


def test_the_program(port: int, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("tritonclient.http", reason="tritonclient[http,grpc] is not installed")
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(program.replace("127.0.0.1:8000", f"127.0.0.1:{port}"), {})
    assert '"label":"positive"' in capsys.readouterr().out
