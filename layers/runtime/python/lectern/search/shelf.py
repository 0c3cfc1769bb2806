"""The collections that a warm function keeps in memory, the least recently used out first."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from lectern.search.heads import Part
from lectern.search.index import Index
from lectern.search.segment import Segment

Names = tuple[str, ...]


class Shelf:
    """Indexes by the collection's birth, within `most` bytes together; the last one stays whatever its size.

    Segments never change, so a collection that did is read again only where it has new ones. Safe for several threads.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._held: OrderedDict[str, tuple[Names, Index]] = OrderedDict()

    def get(self, birth: str, parts: tuple[Part, ...], read: Callable[[Part], Segment]) -> Index:
        """The index of these segments; `read` gives those that are not here."""
        wanted = tuple(part.name for part in parts)
        with self._lock:
            names, index = self._held.get(birth, ((), Index(())))
            if names == wanted and birth in self._held:
                self._held.move_to_end(birth)
                return index
        known = dict(zip(names, index.segments, strict=True))
        fresh = Index(tuple(known[part.name] if part.name in known else read(part) for part in parts))
        self._keep(birth, wanted, fresh)
        return fresh

    def drop(self, birth: str) -> None:
        """Forget a collection."""
        with self._lock:
            self._held.pop(birth, None)

    def _keep(self, birth: str, names: Names, index: Index) -> None:
        with self._lock:
            self._held[birth] = names, index
            self._held.move_to_end(birth)
            while len(self._held) > 1 and self.nbytes > self._most:
                self._held.popitem(last=False)

    @property
    def nbytes(self) -> int:
        """Memory of what is held, about."""
        return sum(index.nbytes for _, index in self._held.values())
