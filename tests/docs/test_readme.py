"""The README's commands are run as they stand, in its order, but for `make test`, which is what runs this."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = [line for block in BLOCKS for line in block.replace("\\\n", " ").splitlines() if line.strip()]

ANSWERED = {
    "/v1/essays": '"tolerance":',
    "/v1/collections": '"revision":',
    "/v1/answer": '"start":',
    "/v1/search": '"hits":',
    "/v1/schemes": '"right":',
    "/v1/models": '"aliases":',
    "/v2/": '"model_version":',
    "/v1/translate": '"translation":',
    "/v1/roles": '"predicates":',
    "/v1/summarize": '"summary":',
    "": '"label":',
}
"""What an answer has, by the address that was asked."""


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


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in ("make test", "make serve")])
def test_a_command(command: str, port: str) -> None:
    done = _run(command.replace(":8000", f":{port}"))
    assert done.returncode == 0, done.stdout + done.stderr
    if command.startswith("curl"):
        assert next(field for part, field in ANSWERED.items() if part in command) in done.stdout


@contextmanager
def _served(port: str) -> Iterator[None]:
    assert "make serve" in COMMANDS
    environment = _environment() | {"PORT": port}
    server = subprocess.Popen(
        "exec make --no-print-directory serve", shell=True, cwd=ROOT, env=environment, start_new_session=True
    )
    try:
        _wait(port, server)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)


def _wait(port: str, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        with socket.socket() as client:
            if client.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        assert server.poll() is None, "make serve stopped by itself"
        time.sleep(0.2)
    raise TimeoutError("make serve opened no port within a minute")


def _run(command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, shell=True, cwd=ROOT, env=_environment(), capture_output=True, text=True, timeout=300, check=False
    )


def _environment() -> dict[str, str]:
    """A user's, without what the tests set."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("LECTERN_", "POWERTOOLS", "AWS_"))
    }
