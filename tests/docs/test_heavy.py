"""The commands of docs/heavy.md, run as they stand: an endpoint that nobody waited for, then its answers."""

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.heavy import free_port
from tests.docs.test_readme import ROOT, _environment, _run, _wait
from tests.patience import PATIENCE

PAGE = (ROOT / "docs/heavy.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines() if line.strip()]


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """What `make serve` runs, on a free port."""
    assert COMMANDS[0] == "make serve"
    port = str(free_port())
    command = [sys.executable, "-m", "infra.local.cli", "serve", "--port", port]
    server = subprocess.Popen(command, cwd=ROOT, env=_environment())
    try:
        _wait(port, server)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=PATIENCE)


def ask(command: str, port: str) -> dict[str, Any]:
    done = _run(command.replace(":8000", f":{port}"))
    assert done.returncode == 0, done.stdout + done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


def test_the_heavy_model_answers_once_it_is_warm_and_the_fast_one_until_then(port: str) -> None:
    seen = []
    for _ in range(60):
        body = ask(COMMANDS[1], port)
        seen.append(body["tier"])
        if body["tier"] == "heavy":
            break
        assert len(body["warnings"]) == 1
        time.sleep(1)
    assert seen[-1] == "heavy"
    assert body["model"]["name"] == "grading-large"
    assert ask(COMMANDS[2], port)["tier"] == "heavy"  # of 44 % the fast model is not sure
    assert len(COMMANDS) == 3


def test_every_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert Path(ROOT / "docs", target).exists(), target
