"""Whether something that reads a long stream holds on to it."""

import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def held_by_the_last(share: Iterable[T], after: int, consume: Callable[[Iterator[T]], object]) -> int:
    """Bytes that were allocated for the rows after the first `after`, and are still held when the last one comes."""
    held = 0

    def watched() -> Iterator[T]:
        nonlocal held
        rows = iter(share)
        yield from islice(rows, after)
        tracemalloc.start()
        try:
            yield from rows
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    consume(watched())
    return held
