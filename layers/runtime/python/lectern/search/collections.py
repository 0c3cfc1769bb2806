"""A tenant's collections: created, filled, looked into, deleted. Every change is one conditional write of the head.

Segments are written before the head that names them, so that a writer who is killed leaves nothing that anybody sees.
Who comes second reads again and adds to what the first one made: both changes are there, and of two documents with one
id the later.
"""

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from lectern.errors import CollectionDamaged, Conflict, UnknownCollection, UnknownObject
from lectern.schemas import ModelReference
from lectern.search.changing import changed
from lectern.search.heads import Head, Heads, Part
from lectern.search.index import Index
from lectern.search.parts import Parts
from lectern.search.segment import Read
from lectern.search.shelf import Shelf
from lectern.settings import settings
from lectern.store import Store, open_store
from lectern.table import Table, open_table

ROUNDS = 8
"""How often a change of a collection that others keep changing is tried."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Opened:
    """A collection as it was at one moment."""

    head: Head
    index: Index


class Collections:
    """The collections of a table and a data store. Every method raises StoreUnavailable."""

    def __init__(
        self, table: Table, store: Store | None, most_bytes: int, clock: Clock = lambda: datetime.now(UTC)
    ) -> None:
        self.heads, self._parts, self._shelf, self._clock = Heads(table), Parts(store), Shelf(most_bytes), clock

    def open(self, tenant: str, collection: str) -> Opened:
        """A collection as it is now. Raises UnknownCollection, CollectionDamaged."""
        head = self.heads.get(tenant, collection)
        for _ in range(ROUNDS):
            try:
                return Opened(head, self._index(tenant, head))
            except UnknownObject as error:  # merged by somebody else since the head was read, or lost
                again = self.heads.get(tenant, collection)
                if again.revision == head.revision:
                    raise CollectionDamaged("A part of the collection is gone.") from error
                head = again
        raise Conflict("The collection keeps changing; try again.")

    def create(self, tenant: str, collection: str, title: str, model: ModelReference, by: str) -> Head:
        """The collection of this id, made if there is none; one that is there gets the title.

        Raises Conflict where others keep changing it, or made it by another model.
        """
        head = self._tried(lambda: self._created(tenant, collection, title, model, by))
        if head.model != model:
            raise Conflict("Somebody else made the collection, by another version of the model.")
        return head

    def change(
        self, tenant: str, head: Head, added: Sequence[Read] = (), removed: Sequence[str] = (), by: str = ""
    ) -> Head:
        """Add documents or replace those with their ids, and remove others; the same again changes nothing.

        Raises UnknownCollection, InvalidRequest where it would be too large, Conflict where others keep changing it.
        """

        def changed_once() -> Head:
            opened = self.open(tenant, head.id)
            if opened.head.birth != head.birth:
                raise UnknownCollection("The collection was deleted meanwhile.")
            new = [read for read in added if opened.index.digest(read.document.id) != read.document.sha256]
            gone = [name for name in removed if name in opened.index.entries]
            return self._write(tenant, opened, new, gone, by) if new or gone else opened.head

        return self._tried(changed_once)

    def delete(self, tenant: str, collection: str) -> None:
        """Erase a collection: hidden first, then cleared, so that a deletion cut short can be asked for again.

        Raises UnknownCollection where nothing is left of it, Conflict where others keep changing it.
        """

        def hidden() -> Head:
            head = self.heads.find(tenant, collection)
            if head is None:
                raise UnknownCollection("There is no such collection.")
            gone = head.model_copy(update={"is_deleted": True})
            return head if head.is_deleted else self.heads.put(tenant, gone, head)

        self._clear(tenant, self._tried(hidden))

    @staticmethod
    def _tried(step: Callable[[], Head]) -> Head:
        for _ in range(ROUNDS):
            try:
                return step()
            except CollectionDamaged:
                raise
            except Conflict:
                continue
        raise Conflict("Others keep changing the collection; try again.")

    def _created(self, tenant: str, collection: str, title: str, model: ModelReference, by: str) -> Head:
        known, now = self.heads.find(tenant, collection), self._now()
        if known and not known.is_deleted:
            changes = {"title": title, "changed_at": now, "by": by}
            same = known.title == title
            return known if same else self.heads.put(tenant, known.model_copy(update=changes), known)
        if known:
            self._clear(tenant, known)
        birth = secrets.token_hex(12)
        facts = {"id": collection, "title": title, "birth": birth, "revision": 0, "model": model, "by": by}
        return self.heads.put(tenant, Head.model_validate(facts | {"created_at": now, "changed_at": now}), None)

    def _write(self, tenant: str, opened: Opened, new: Sequence[Read], gone: Sequence[str], by: str) -> Head:
        head, index = opened.head, opened.index
        change = changed(index, new, gone)
        last = self._parts.write(tenant, head.birth, change.last) if change.last else None
        left = tuple(part.name for part in head.parts[change.kept :])
        facts = {
            "parts": (*head.parts[: change.kept], *([last] if last else [])),
            "left": (*left, *self._parts.erase(tenant, head.birth, head.left)),
            **_counts(index, new, gone),
            "changed_at": self._now(),
            "by": by,
        }
        try:
            written = self.heads.put(tenant, head.model_copy(update=facts), head)
        except Conflict:
            return self._mine(tenant, head, last)
        self._parts.erase(tenant, head.birth, left)
        return written

    def _mine(self, tenant: str, head: Head, last: Part | None) -> Head:
        """The head after all, where it was written and only the answer got lost; else what was written is erased."""
        now = self.heads.find(tenant, head.id)
        if last and now and last in now.parts:
            return now
        if last:
            self._parts.erase(tenant, head.birth, [last.name])
        raise Conflict("Somebody else changed the collection first.")

    def _index(self, tenant: str, head: Head) -> Index:
        return self._shelf.get(head.birth, head.parts, lambda part: self._parts.read(tenant, head.birth, part))

    def _clear(self, tenant: str, head: Head) -> None:
        self._parts.erase_all(tenant, head)
        self._shelf.drop(head.birth)
        with suppress(Conflict):  # somebody else cleared it, too
            self.heads.remove(tenant, head)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")


def _counts(index: Index, new: Sequence[Read], gone: Sequence[str]) -> dict[str, int]:
    """Documents and passages after a change."""
    ids = {read.document.id for read in new} | set(gone)
    before = [known[1] for known in map(index.known, ids) if known]
    documents = len(index.entries) - len(before) + len(new)
    return {"documents": documents, "passages": index.passages - sum(before) + sum(len(r.passages) for r in new)}


@cache
def shared() -> Collections:
    """The collections of this process, from its settings. Raises StoreUnavailable where they name no table."""
    config = settings()
    store = open_store(config.data_store, config.store_timeout_seconds) if config.data_store else None
    return Collections(open_table(config.table), store, config.search_megabytes * 1_000_000)
