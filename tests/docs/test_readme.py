"""The README's commands are run as they stand, in its order, but for `make test`, which is what runs this."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```(?:\n```json\n(.*?)```)?", README, flags=re.DOTALL)
ANSWERS = {
    command: answer
    for block, answers in BLOCKS
    for command, answer in zip_longest(block.replace("\\\n", " ").splitlines(), answers.splitlines())
}
"""By command, the line of JSON that its answer has at least; None where the README shows none."""
COMMANDS = [command for command in ANSWERS if command not in ("make test", "make serve")]


def test_the_first_screen_has_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:40])
    assert "make demo" in first
    assert "make test" in first


def test_every_picture_and_link_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("https://") or (ROOT / target).exists(), target


@pytest.fixture(scope="module")
def port() -> Iterator[str]:
    """`make serve`, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = str(probe.getsockname()[1])
    with _served(free):
        yield free


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command(command: str, port: str) -> None:
    done = _run(command.replace(":8000", f":{port}"))
    assert done.returncode == 0, done.stdout + done.stderr
    if ANSWERS[command]:
        assert _part(json.loads(done.stdout), json.loads(ANSWERS[command])) == json.loads(ANSWERS[command])


def test_every_task_shows_an_answer() -> None:
    asked = set(re.findall(r"`(/v1/[a-z/]+)`", README[README.index("| task |") : README.index("### Grades")]))
    shown = {re.findall(r":8000(\S+)", command)[0] for command, answer in ANSWERS.items() if answer}
    assert asked - {"/v1/embed"} <= shown


def _part(answered: Any, shown: Any) -> Any:
    """What was answered, as far as it is shown; numbers differ in the third digit between processors."""
    match shown:
        case dict():
            return {name: _part(answered[name], value) for name, value in shown.items()}
        case list():
            return [_part(*pair) for pair in zip(answered, shown, strict=True)]
        case float():
            return pytest.approx(answered, abs=0.02)
    return answered


@contextmanager
def _served(port: str) -> Iterator[None]:
    assert "make serve" in ANSWERS
    environment = _environment() | {"PORT": port}
    server = subprocess.Popen(
        "exec make --no-print-directory serve", shell=True, cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        _wait(port, server)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=PATIENCE)


def _wait(port: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(int(PATIENCE / 0.2)):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        assert server.poll() is None, "make serve stopped by itself"
        time.sleep(0.2)
    raise TimeoutError("make serve opened no port")


def _run(command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, shell=True, cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def _environment() -> dict[str, str]:
    """A user's, without what the tests set."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("LECTERN_", "AWS_"))}
