"""What is known of a collection in the table: one item, whose conditional write is what makes a change.

`T#{tenant}`, `COLLECTION#{id}`: read by its key, listed by the prefix, changed only over the revision that was read.
"""

import secrets
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from lectern.errors import UnknownCollection
from lectern.manifest import Document
from lectern.schemas import ModelReference
from lectern.table import Item, Table

_PREFIX = "COLLECTION#"


class Part(Document):
    """A segment in the store."""

    name: str
    sha256: str
    documents: int
    passages: int


class Head(Document):
    """A collection. `birth` is in the keys of its segments, so that one made anew never meets the one before.

    `parts` are its segments, the oldest first; `left` names segments that it has no more, and that may still be in the
    store. One that `is_deleted` is gone for everybody but for who clears up after it.
    """

    id: str
    title: str
    birth: str
    revision: int
    model: ModelReference
    parts: tuple[Part, ...] = ()
    left: tuple[str, ...] = ()
    documents: int = 0
    passages: int = 0
    created_at: str
    changed_at: str
    by: str
    is_deleted: bool = False


class HeadPage(NamedTuple):
    """Collections in the order of their ids; `cursor` goes on after the last, None at the end."""

    heads: Sequence[Head]
    cursor: str | None


class Heads:
    """The collections of a table. Every method raises StoreUnavailable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, tenant: str, collection: str) -> Head | None:
        """A collection as it is now, deleted or not."""
        item = self._table.get(*_key(tenant, collection))
        return _head(item) if item else None

    def get(self, tenant: str, collection: str) -> Head:
        """A collection as it is now. Raises UnknownCollection."""
        head = self.find(tenant, collection)
        if head is None or head.is_deleted:
            raise UnknownCollection("There is no such collection.")
        return head

    def page(self, tenant: str, limit: int, cursor: str | None) -> HeadPage:
        """A page of the tenant's collections. Raises InvalidRequest for a cursor that is none."""
        page = self._table.query(_tenant(tenant), _PREFIX, limit=limit, cursor=cursor)
        heads = [_head(item) for item in page.items]
        return HeadPage([head for head in heads if not head.is_deleted], page.cursor)

    def put(self, tenant: str, head: Head, known: Head | None) -> Head:
        """Write a head over the one that is `known`, if nobody was quicker; gives it with its revision.

        The first revision is a number that no collection had before: whoever still knows the one that was deleted
        can't take the new one for it. Raises Conflict.
        """
        revision = known.revision + 1 if known else secrets.randbits(40)
        written = head.model_copy(update={"revision": revision})
        pk, sk = _key(tenant, head.id)
        item = {"pk": pk, "sk": sk, **written.model_dump(mode="json")}
        self._table.put(item, expected=known.revision if known else 0)
        return written

    def remove(self, tenant: str, head: Head) -> None:
        """Remove a head. Raises Conflict where it is another one by now, or gone."""
        self._table.delete(*_key(tenant, head.id), expected=head.revision)


def _tenant(tenant: str) -> str:
    return f"T#{tenant}"


def _key(tenant: str, collection: str) -> tuple[str, str]:
    return _tenant(tenant), _PREFIX + quote(collection, safe="")


def _head(item: Item) -> Head:
    return Head.model_validate({name: value for name, value in item.items() if name in Head.model_fields})
