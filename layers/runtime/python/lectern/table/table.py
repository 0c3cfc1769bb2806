"""The table itself: read, list by prefix, write one item or several at once, each under a condition on its revision.

botocore is used directly, as in the store. Every item has `pk` and `sk`; one that is listed in another order too has
`gsi1pk` and `gsi1sk`.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from lectern.errors import Conflict, FieldError, InvalidRequest, StoreUnavailable
from lectern.table.codec import Item, decode, encode

INDEX = "gsi1"
MOST_WRITES = 100
"""Of one transaction, DynamoDB's own limit; all together may have 4 MB."""

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
        retries = {"mode": "standard", "total_max_attempts": self._attempts}
        config = Config(connect_timeout=min(3.0, self._timeout), read_timeout=self._timeout, retries=retries)
        return Session().create_client("dynamodb", config=config)

    def get(self, pk: str, sk: str) -> Item | None:
        """One item as it is now."""
        with _translated():
            key = encode({"pk": pk, "sk": sk})
            answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return decode(answer["Item"]) if "Item" in answer else None

    def query(self, pk: str, prefix: str = "", **how: Any) -> Page:
        """Items of a partition whose sort key begins with `prefix`; for `how`, see `_Listing`.

        Raises InvalidRequest for a cursor that is none.
        """
        return self._list(_Listing(pk, prefix, **how))

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

    def delete(self, pk: str, sk: str) -> None:
        """Remove an item, if there is one."""
        with _translated():
            self._client.delete_item(TableName=self._name, Key=encode({"pk": pk, "sk": sk}))

    def _list(self, listing: "_Listing") -> Page:
        with _translated():
            answer = self._client.query(TableName=self._name, **listing.request())
        last = answer.get("LastEvaluatedKey")
        return Page([decode(item) for item in answer["Items"]], _cursor(last) if last else None)

    def _put(self, put: Put) -> dict[str, Any]:
        request: dict[str, Any] = {"TableName": self._name, "Item": encode(put.item)}
        if put.expected == 0:
            return request | {"ConditionExpression": "attribute_not_exists(pk)"}
        if put.expected is None:
            return request
        values = encode({":expected": put.expected})
        return request | {"ConditionExpression": "revision = :expected", "ExpressionAttributeValues": values}

    def _action(self, write: Write) -> dict[str, Any]:
        if isinstance(write, Put):
            return {"Put": self._put(write)}
        return {"Delete": {"TableName": self._name, "Key": encode({"pk": write.pk, "sk": write.sk})}}


@dataclass(frozen=True)
class _Listing:
    """What to list: by the index instead of the keys, from the end, at most `limit`, from a `cursor` on."""

    pk: str
    prefix: str = ""
    indexed: bool = False
    backwards: bool = False
    limit: int | None = None
    cursor: str | None = None

    def request(self) -> dict[str, Any]:
        """The arguments of DynamoDB's Query."""
        pk, sk = ("gsi1pk", "gsi1sk") if self.indexed else ("pk", "sk")
        values = {":pk": self.pk} | ({":prefix": self.prefix} if self.prefix else {})
        condition = f"{pk} = :pk" + (f" AND begins_with({sk}, :prefix)" if self.prefix else "")
        return {
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": encode(values),
            "ScanIndexForward": not self.backwards,
            **({"IndexName": INDEX} if self.indexed else {"ConsistentRead": True}),
            **({"Limit": self.limit} if self.limit else {}),
            **({"ExclusiveStartKey": self._start()} if self.cursor else {}),
        }

    def _start(self) -> dict[str, Any]:
        try:
            known = json.loads(base64.urlsafe_b64decode(self.cursor or ""))
            key = encode({str(name): str(value) for name, value in known.items()})
        except (ValueError, AttributeError) as error:
            raise _no_cursor() from error
        if key.get("gsi1pk" if self.indexed else "pk") != encode({"pk": self.pk})["pk"]:
            raise _no_cursor()  # another tenant's, perhaps
        return key


def open_table(name: str, timeout: float = 10.0) -> Table:
    """The table of this name. Raises StoreUnavailable where the settings name none."""
    if not name:
        raise StoreUnavailable("No table is configured: LECTERN_TABLE names the gradebook's DynamoDB table.")
    return Table(name, timeout)


def _cursor(key: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(decode(key)).encode()).decode()


def _no_cursor() -> InvalidRequest:
    return InvalidRequest("The cursor is none of this list's.", (FieldError(("cursor",), "is not of this list"),))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _CHANGED:
            raise Conflict("The item has changed meanwhile, or exists already.") from error
        raise StoreUnavailable(f"DynamoDB answers {code}.") from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"DynamoDB does not answer: {type(error).__name__}.") from error
