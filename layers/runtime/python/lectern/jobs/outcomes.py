"""What became of a chunk's rows, as a worker keeps it in the data store: part by part, in JSON."""

import json
from collections.abc import Callable
from typing import Any

from lectern.jobs.documents import ChunkPointer, Job
from lectern.jobs.ledger import Entry
from lectern.jobs.split import Chunk
from lectern.store import Store

Outcome = dict[str, Any]
"""A row's `result`, or its `error` in a sentence."""

Book = Callable[[Job, ChunkPointer, Chunk, list[Outcome]], None]
"""Writes a chunk's grades into the gradebook; done again, it changes nothing."""


def read_outcomes(store: Store, entry: Entry) -> list[Outcome]:
    """The outcomes of a committed chunk, in the order of its rows. Raises StoreUnavailable."""
    parts = sorted(entry.parts, key=lambda part: part.start)
    return [found for part in parts for found in json.loads(store.get(part.place.key, part.place.version_id).data)]
