"""The table itself: read, list by prefix, write one item or several at once, each under a condition on its revision.

botocore is used directly, as in the store, and imported for the first call. Every item has `pk` and `sk`; one that is
listed in another order too has `gsi1pk` and `gsi1sk`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lectern.errors import Conflict, StoreUnavailable
from lectern.table.codec import Item, decode, encode
from lectern.table.listing import Listing, as_cursor

MOST_WRITES = 100
"""Of one transaction, DynamoDB's own limit; all together may have 4 MB."""

MOST_READS = 100
"""Of one request, DynamoDB's own limit."""

_CHANGED = {"ConditionalCheckFailedException", "TransactionCanceledException", "TransactionConflictException"}


@dataclass(frozen=True)
class Put:
    """Write an item whose stored revision is `expected`; 0: there is none yet; None: whatever there is.

    An item carries the revision that it will have.
    """

    item: Mapping[str, Any]
    expected: int | None = None


@dataclass(frozen=True)
class Delete:
    """Remove an item, if there is one."""

    pk: str
    sk: str


Write = Put | Delete


@dataclass(frozen=True)
class Page:
    """Items in the order of their keys; `cursor` goes on after the last, None at the end."""

    items: list[Item]
    cursor: str | None = None


class Table:
    """Credentials, region and endpoint come from the environment. Every method raises StoreUnavailable.

    A throttled call is tried again with growing pauses, `attempts` times in all.
    """

    def __init__(self, name: str, timeout: float = 10.0, attempts: int = 8) -> None:
        self._name, self._timeout, self._attempts = name, timeout, attempts

    @cached_property
    def _client(self) -> Any:
        from botocore.config import Config
        from botocore.session import Session

        retries = {"mode": "standard", "total_max_attempts": self._attempts}
        config = Config(connect_timeout=min(3.0, self._timeout), read_timeout=self._timeout, retries=retries)
        return Session().create_client("dynamodb", config=config)

    def get(self, pk: str, sk: str) -> Item | None:
        """One item as it is now."""
        with _translated():
            key = encode({"pk": pk, "sk": sk})
            answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return decode(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item]:
        """The items of different keys that are there, as they are now, in any order."""
        wanted = [encode({"pk": pk, "sk": sk}) for pk, sk in keys]
        found: list[Item] = []
        while wanted:
            request = {self._name: {"Keys": wanted[:MOST_READS], "ConsistentRead": True}}
            with _translated():
                answer = self._client.batch_get_item(RequestItems=request)
            found += [decode(item) for item in answer["Responses"][self._name]]
            # never all of them: then DynamoDB would refuse the request, and it would be tried again with pauses
            left = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            wanted = wanted[MOST_READS:] + left
        return found

    def query(self, pk: str, prefix: str = "", **how: Any) -> Page:
        """Items of a partition whose sort key begins with `prefix`; for `how`, see `Listing`.

        Raises InvalidRequest for a cursor that is none.
        """
        return self._list(Listing(pk, prefix, **how))

    def all(self, pk: str, prefix: str = "", **how: Any) -> Iterator[Item]:
        """As `query`, page by page to the end."""
        cursor = None
        while True:
            page = self.query(pk, prefix, cursor=cursor, **how)
            yield from page.items
            cursor = page.cursor
            if cursor is None:
                return

    def put(self, item: Mapping[str, Any], expected: int | None = None) -> None:
        """See Put. Raises Conflict."""
        with _translated():
            self._client.put_item(**self._put(Put(item, expected)))

    def write(self, writes: Sequence[Write]) -> None:
        """All of at most MOST_WRITES, or none. Raises Conflict where one's condition does not hold."""
        with _translated():
            self._client.transact_write_items(TransactItems=[self._action(write) for write in writes])

    def delete(self, pk: str, sk: str, expected: int | None = None) -> None:
        """Remove an item, if there is one; with `expected` only in this revision. Raises Conflict."""
        condition = {} if expected is None else _in_revision(expected)
        with _translated():
            self._client.delete_item(TableName=self._name, Key=encode({"pk": pk, "sk": sk}), **condition)

    def _list(self, listing: "Listing") -> Page:
        with _translated():
            answer = self._client.query(TableName=self._name, **listing.request())
        last = answer.get("LastEvaluatedKey")
        return Page([decode(item) for item in answer["Items"]], as_cursor(last) if last else None)

    def _put(self, put: Put) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self._name, "Item": encode(put.item)}
        if put.expected == 0:
            return request | {"ConditionExpression": "attribute_not_exists(pk)"}
        if put.expected is None:
            return request
        return request | _in_revision(put.expected)

    def _action(self, write: Write) -> dict[str, Any]:
        if isinstance(write, Put):
            return {"Put": self._put(write)}
        return {"Delete": {"TableName": self._name, "Key": encode({"pk": write.pk, "sk": write.sk})}}


def _in_revision(expected: int) -> dict[str, Any]:
    values = encode({":expected": expected})
    return {"ConditionExpression": "revision = :expected", "ExpressionAttributeValues": values}


def open_table(name: str, timeout: float = 10.0) -> Table:
    """The table of this name. Raises StoreUnavailable where the settings name none."""
    if not name:
        raise StoreUnavailable("No table is configured: LECTERN_TABLE names the gradebook's DynamoDB table.")
    return Table(name, timeout)


@contextmanager
def _translated() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _CHANGED:
            raise Conflict("The item has changed meanwhile, or exists already.") from error
        raise StoreUnavailable(f"DynamoDB answers {code}.") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"DynamoDB does not answer: {type(error).__name__}.") from error
