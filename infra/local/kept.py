"""A local job's committed chunks, kept in a folder: the local AWS forgets them when it ends."""

import fcntl
import json
from pathlib import Path
from typing import Self

from infra.local.files import write_whole
from infra.local.journal import JournalBusy
from lectern.jobs.documents import Counts, Job, Place
from lectern.jobs.ledger import Entry, Ledger, Part
from lectern.jobs.outcomes import read_outcomes
from lectern.jobs.places import folder
from lectern.store import Store


class Kept:
    """One file per chunk, written whole or not at all. Raises JournalBusy where another run has the folder."""

    def __init__(self, place: Path, job: Job, store: Store, ledger: Ledger) -> None:
        self._folder, self._job, self._store, self._ledger = place, job, store, ledger
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self._folder / "lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise JournalBusy(f"another run is writing to {place.parent}") from None
        self._known: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def keep(self) -> int:
        """Write what was committed since the last time; returns how many rows are done in all."""
        entries = self._ledger.entries().values()
        for entry in entries:
            if entry.state != "open" and entry.number not in self._known:
                document = {"counts": entry.counts.model_dump(), "outcomes": read_outcomes(self._store, entry)}
                write_whole(self._folder / f"{entry.number:06d}.json", json.dumps(document).encode())
                self._known.add(entry.number)
        return sum(entry.counts.graded + entry.counts.errors for entry in entries)

    def restore(self) -> None:
        """Tell the ledger of what an earlier run committed; what is there already stays."""
        known = self._ledger.entries()
        for path in sorted(self._folder.glob("*.json")):
            self._known.add(int(path.stem))
            if int(path.stem) not in known:
                self._restore(int(path.stem), json.loads(path.read_bytes()))

    def _restore(self, number: int, document: dict[str, object]) -> None:
        outcomes = list(document["outcomes"])  # type: ignore[call-overload]
        key = f"{folder(self._job.tenant, self._job.job_id)}results/{number:06d}-kept.json"
        place = Place(key=key, version_id=self._store.put(key, json.dumps(outcomes).encode()).version_id)
        part = Part(start=0, end=len(outcomes), place=place)
        counts = Counts.model_validate(document["counts"])
        entry = Entry(number=number, rows=len(outcomes))
        self._ledger.write(entry, state="committed", parts=(part,), counts=counts)
