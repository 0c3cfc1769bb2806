"""Typed clients that are generated from the document: they fit the API, and examples/clients uses them."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from infra.openapi.page import PATH
from tests.patience import PATIENCE
from tests.served import served

CLIENTS = Path(__file__).parents[2] / "examples/clients"
TYPESCRIPT = CLIENTS / "typescript"


@pytest.fixture(scope="module")
def address(api: ASGIApp) -> Iterator[str]:
    with served(api) as port:
        yield f"http://127.0.0.1:{port}"


def run(*command: str | Path, folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def check(said: str) -> None:
    grade, refused = said.strip().splitlines()
    assert "points" in grade and "% sure" in grade
    assert refused == "text: is blank"


@pytest.mark.skipif(find_spec("openapi_python_client") is None, reason="openapi-python-client is not installed")
def test_python(address: str, tmp_path: Path) -> None:
    generate = "from openapi_python_client.cli import app; app()"
    options = ["generate", "--path", str(PATH), "--meta", "none", "--output-path", "lectern_client"]
    told = run(sys.executable, "-c", generate, *options, folder=tmp_path)
    assert "Unable to" not in told and "Cannot" not in told, "every operation and every schema"
    shutil.copy(CLIENTS / "python/ask.py", tmp_path)
    check(run(sys.executable, "ask.py", address, "none", folder=tmp_path))


@pytest.mark.skipif(
    not (TYPESCRIPT / "node_modules").is_dir() or shutil.which("node") is None,
    reason="node, or `npm ci` in examples/clients/typescript, is missing",
)
def test_typescript(address: str, tmp_path: Path) -> None:
    for name in ("ask.ts", "tsconfig.json"):
        shutil.copy(TYPESCRIPT / name, tmp_path)
    shutil.copy(TYPESCRIPT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    tools = TYPESCRIPT / "node_modules/.bin"
    options = ["--default-non-nullable=false", "--output", "schema.d.ts"]
    run(tools / "openapi-typescript", PATH, *options, folder=tmp_path)
    run(tools / "tsc", folder=tmp_path)
    check(run("node", "ask.js", address, "none", folder=tmp_path))
