"""Segments become one: what was replaced or removed is left out, so that it is gone from the store, too."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lectern.search.postings import Integers, joined
from lectern.search.segment import Segment


def merged(parts: Sequence[tuple[Segment, NDArray[np.bool_]]]) -> Segment:
    """One segment of several with, beside each, which of its documents stay."""
    segments = [part for part, _ in parts]
    rows = [kept[part.owners] for part, kept in parts]
    sizes = np.concatenate([np.diff(part.firsts)[kept] for part, kept in parts])
    names = [(part.documents[n], part.digests[n]) for part, kept in parts for n in np.flatnonzero(kept)]
    return Segment(
        documents=tuple(document for document, _ in names),
        digests=tuple(digest for _, digest in names),
        firsts=np.cumsum([0, *sizes]).astype(np.int32),
        places=np.concatenate([part.places[row] for part, row in zip(segments, rows, strict=True)]),
        lengths=np.concatenate([part.lengths[row] for part, row in zip(segments, rows, strict=True)]),
        vectors=np.concatenate([part.vectors[row] for part, row in zip(segments, rows, strict=True)]),
        scales=np.concatenate([part.scales[row] for part, row in zip(segments, rows, strict=True)]),
        postings=joined(list(zip([part.postings for part in segments], _renumbered(rows), strict=True))),
    )


def first_to_merge(sizes: Sequence[int], added: int) -> int:
    """From which of the segments of these sizes on a new one of `added` passages takes them in.

    Each segment stays at least twice as large as the next, so that n writes leave some log n of them and copy a passage
    log n times at most: the logarithmic method of Bentley and Saxe (1980).
    """
    first = len(sizes)
    while first > 0 and sizes[first - 1] < 2 * added:
        first -= 1
        added += sizes[first]
    return first


def _renumbered(rows: Sequence[NDArray[np.bool_]]) -> list[Integers]:
    """Each passage's number among those that stay, -1 for the others."""
    numbers, before = [], 0
    for kept in rows:
        numbers.append(np.where(kept, np.cumsum(kept) - 1 + before, -1).astype(np.int32))
        before += int(kept.sum())
    return numbers
