"""What runs in a process of its own, to be killed at a chosen step of what it writes.

The steps in a folder are its file-system calls (as Python's audit events tell them) and each fsync, before which half
of the written bytes are cut off, as a machine that goes down might leave them. In S3 they are the requests.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lectern.store import Store, open_store
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from model_store.release.alias import canary, promote
from model_store.release.publish import publish
from model_store.release.retire import retire
from model_store.release.signing import FileSigner
from tests.patience import PATIENCE
from tests.release.tiny import tiny_build

WRITES = {"os.mkdir", "os.rename", "os.remove", "os.link", "fcntl.flock"}
CONFLICT = 3

Barrier = Any


@dataclass(frozen=True)
class Errand:
    """What to do, in which store, with whose key."""

    action: str
    url: str
    key: Path
    build: Path
    environment: Mapping[str, str]
    version: str = "1.1.0"


def do(errand: Errand, store: Store) -> None:
    """Run an errand to its end."""
    signer = FileSigner(errand.key)
    key, version = signer.public_key(), errand.version
    if errand.action == "publish":
        from lectern.manifest import Description
        from model_store.build.builder import Build

        description = Description.model_validate_json((errand.build / "description.json").read_bytes())
        publish(store, signer, Build(errand.build, description, cached=True), "grading", version)
    elif errand.action == "promote":
        promote(store, key, "grading", version, "live", "test")
    elif errand.action == "canary":
        canary(store, key, "grading", version, 0.5, "live", "test")
    else:
        retire(store, key, "grading", version, "test", keep_manifest=True)


def run_killed(errand: Errand, step: int) -> int:
    """The exit code of a process that runs the errand and kills itself before its write number `step`."""
    process = CONTEXT.Process(target=_killed, args=(errand, step))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode is not None
    return int(process.exitcode)


def _killed(errand: Errand, step: int) -> None:
    os.environ.update(errand.environment)
    store, steps = open_store(errand.url), count(1)

    def at_a_write() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    if isinstance(store, S3Store):
        _watch_requests(at_a_write)
    else:
        _watch_files(at_a_write, step, steps)
    do(errand, store)


def _watch_files(at_a_write: Callable[[], None], step: int, steps: Any) -> None:
    fsync = os.fsync

    def torn(descriptor: int) -> None:
        if _peek(steps) == step:
            os.ftruncate(descriptor, os.fstat(descriptor).st_size // 2)
        at_a_write()
        fsync(descriptor)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in WRITES or (event == "open" and isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
            at_a_write()

    os.fsync = torn  # type: ignore[assignment]
    sys.addaudithook(heard)


def _peek(steps: Any) -> int:
    return int(repr(steps)[len("count(") : -1])


def _watch_requests(at_a_write: Callable[[], None]) -> None:
    for name in ("put", "delete"):
        method = getattr(S3Store, name)

        def watched(*arguments: Any, _method: Any = method, **more: Any) -> Any:
            at_a_write()
            try:
                return _method(*arguments, **more)
            finally:
                at_a_write()

        setattr(S3Store, name, watched)


def run_at_once(errands: list[Errand]) -> list[int]:
    """The exit codes of processes that all loaded their release before any of them writes: 0, or CONFLICT."""
    barrier = CONTEXT.Barrier(len(errands))
    processes = [CONTEXT.Process(target=_racing, args=(errand, barrier)) for errand in errands]
    for process in processes:
        process.start()
    for process in processes:
        process.join(PATIENCE)
    return [int(process.exitcode or 0) for process in processes]


def _racing(errand: Errand, barrier: Barrier) -> None:
    from lectern.errors import Conflict

    put = LocalStore.put

    def together(self: LocalStore, key: str, data: bytes, **condition: Any) -> Any:
        if key.endswith(("live.json", "manifest.json")):
            barrier.wait(PATIENCE)
        return put(self, key, data, **condition)

    LocalStore.put = together  # type: ignore[method-assign]
    try:
        do(errand, open_store(errand.url))
    except Conflict:
        sys.exit(CONFLICT)


def prepared(folder: Path) -> Path:
    """A tiny build on disk, description and all."""
    build = tiny_build(folder)
    (folder / "description.json").write_text(build.description.model_dump_json(), "utf-8")
    return folder


CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.release.killed"])
