"""Classes and questions: their settings, by id. Only the settings: the grades of a class stay when it is removed."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

from lectern.errors import Conflict, UnknownObject
from lectern.gradebook.documents import Class, Question
from lectern.gradebook.items import item_of
from lectern.gradebook.keys import Key, class_key, question_key, tenant_pk
from lectern.table import Item, Table, cursor_after

Entry = TypeVar("Entry", Class, Question)


class Named(NamedTuple, Generic[Entry]):
    """An entry and its id."""

    id: str
    entry: Entry


class Entries(NamedTuple, Generic[Entry]):
    """Entries in the order of their ids; `cursor` goes on after the last one, None at the end."""

    entries: list[Named[Entry]]
    cursor: str | None = None


class _Kind(NamedTuple, Generic[Entry]):
    document: type[Entry]
    prefix: str
    word: str


_CLASS = _Kind(Class, "CLASS#", "class")
_QUESTION = _Kind(Question, "QUESTION#", "question")


class Bank:
    """The classes and questions of a table. Every method raises StoreUnavailable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put_class(self, tenant: str, class_id: str, entry: Class) -> Class:
        """Keep a class as it is given."""
        self._table.put(_item(class_key(tenant, class_id), class_id, entry))
        return entry

    def put_question(self, tenant: str, question_id: str, entry: Question) -> Question:
        """Keep a question as it is given."""
        self._table.put(_item(question_key(tenant, question_id), question_id, entry))
        return entry

    def get_class(self, tenant: str, class_id: str) -> Class:
        """A class. Raises UnknownObject."""
        return self._get(class_key(tenant, class_id), _CLASS)

    def get_question(self, tenant: str, question_id: str) -> Question:
        """A question. Raises UnknownObject."""
        return self._get(question_key(tenant, question_id), _QUESTION)

    def delete_class(self, tenant: str, class_id: str) -> None:
        """Remove a class, if there is one; its grades stay."""
        self._table.delete(*class_key(tenant, class_id))

    def delete_question(self, tenant: str, question_id: str) -> None:
        """Remove a question, if there is one; its grades, which hold its texts, stay."""
        self._table.delete(*question_key(tenant, question_id))

    def classes(self, tenant: str, limit: int = 100, cursor: str | None = None) -> Entries[Class]:
        """A page of the tenant's classes. Raises InvalidRequest for a cursor that is none."""
        return self._list(tenant, _CLASS, limit, cursor)

    def questions(self, tenant: str, limit: int = 100, cursor: str | None = None) -> Entries[Question]:
        """A page of the tenant's questions. Raises InvalidRequest for a cursor that is none."""
        return self._list(tenant, _QUESTION, limit, cursor)

    def all_classes(self, tenant: str) -> Iterator[str]:
        """The ids of all classes of the tenant."""
        return (item["id"] for item in self._table.all(tenant_pk(tenant), _CLASS.prefix))

    def notice(self, tenant: str, class_id: str) -> None:
        """See that a class that has grades is listed; one that is there stays as it is."""
        with suppress(Conflict):
            self._table.put(_item(class_key(tenant, class_id), class_id, Class()), expected=0)

    def _get(self, key: Key, kind: _Kind[Entry]) -> Entry:
        item = self._table.get(*key)
        if item is None:
            raise UnknownObject(f"There is no such {kind.word}.")
        return kind.document.model_validate_json(item["document"])

    def _list(self, tenant: str, kind: _Kind[Entry], limit: int, cursor: str | None) -> Entries[Entry]:
        found = self._table.query(tenant_pk(tenant), kind.prefix, limit=limit + 1, cursor=cursor)
        items = found.items
        more = cursor_after(items[limit - 1]) if len(items) > limit else found.cursor
        named = [Named(item["id"], kind.document.model_validate_json(item["document"])) for item in items[:limit]]
        return Entries(named, more)


def _item(key: Key, name: str, entry: Class | Question) -> Item:
    return item_of(key, entry, 1) | {"id": name}
