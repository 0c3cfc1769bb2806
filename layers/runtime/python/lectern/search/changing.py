"""How a collection changes: what new documents and removed ids make of its segments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lectern.errors import FieldError, InvalidRequest
from lectern.search.index import Index
from lectern.search.merging import first_to_merge, merged
from lectern.search.segment import Read, Segment, segment

MOST_PASSAGES = 100_000
"""Of a collection: what exact search in memory is measured with (docs/adr/0020)."""


@dataclass(frozen=True)
class Changed:
    """The first `kept` segments stay; a `last` one, if there is one, takes the place of the others."""

    kept: int
    last: Segment | None


def changed(index: Index, added: Sequence[Read], removed: Sequence[str] = ()) -> Changed:
    """What becomes of a collection's segments. Raises InvalidRequest for one that would be too large.

    A document that is replaced leaves its old text in an older segment until that is merged; one that is removed has
    its segment rewritten now, so that nothing of it stays.
    """
    new = [segment(added)] if added else []
    ids = {read.document.id for read in added}
    sizes, count = [len(part.lengths) for part in index.segments], sum(len(part.lengths) for part in new)
    _check_size(index, ids | set(removed), count)
    first = min(first_to_merge(sizes, count), _oldest_with(index, removed))
    gone = ids | set(removed)
    parts = list(zip(index.segments, index.kept, strict=True))[first:]
    old = [(part, _staying(part, kept, gone)) for part, kept in parts]
    whole = [(part, np.ones(len(part.documents), dtype=bool)) for part in new]
    left = [entry for entry in [*old, *whole] if entry[1].any()]
    return Changed(first, merged(left) if old and left else next(iter(new), None))


def _oldest_with(index: Index, ids: Sequence[str]) -> int:
    """The first segment that holds one of these ids, even replaced."""
    wanted, count = set(ids), len(index.segments)
    there = (n for n, part in enumerate(index.segments) if any(doc.id in wanted for doc in part.documents))
    return next(there, count) if wanted else count


def _staying(part: Segment, kept: NDArray[np.bool_], gone: set[str]) -> NDArray[np.bool_]:
    staying: NDArray[np.bool_] = kept & np.array([document.id not in gone for document in part.documents], dtype=bool)
    return staying


def _check_size(index: Index, gone: set[str], added: int) -> None:
    left = index.passages - sum(known[1] for known in map(index.known, gone) if known)
    if left + added > MOST_PASSAGES:
        fault = FieldError(
            ("documents",), f"would make {left + added:,} passages in the collection; the limit is {MOST_PASSAGES:,}"
        )
        raise InvalidRequest("The collection would be too large.", (fault,))
