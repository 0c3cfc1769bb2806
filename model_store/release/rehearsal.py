"""A build on trial: loaded as a function would load it, and timed beside another release."""

import statistics
import tempfile
import time
from pathlib import Path

from lectern.load import load, self_test
from lectern.model import LoadedModel
from lectern.store.local import LocalStore
from model_store.build.builder import Build
from model_store.release.publish import publish
from model_store.release.signing import FileSigner

ROUNDS = 15


def rehearse(build: Build, name: str) -> LoadedModel:
    """The build as a release of a store that nobody sees, loaded with its golden self-test. Raises ReleaseRejected."""
    with tempfile.TemporaryDirectory() as folder:
        signer = FileSigner(Path(folder, "key.pem"))
        store = LocalStore(Path(folder, "store"))
        return load(store, publish(store, signer, build, name, "0.0.0"))


def milliseconds(candidate: LoadedModel, live: LoadedModel, rounds: int = ROUNDS) -> tuple[float, float]:
    """Median milliseconds per golden vector, of the candidate and of live.

    The two take turns, and what counts is this process's own processor time, so that neither the machine's other work
    nor its warming up speaks for one of them. The first round is not counted.
    """
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds + 1):
        for times, model in zip(spent, (candidate, live), strict=True):
            started = time.process_time()
            self_test(model)
            times.append((time.process_time() - started) / len(model.release.manifest.golden.vectors))
    first, second = (1000 * statistics.median(times[1:]) for times in spent)
    return first, second
