"""What a list of the table asks for, and the cursors by which it goes on."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lectern.errors import FieldError, InvalidRequest
from lectern.table.codec import Item, decode, encode

INDEX = "gsi1"


@dataclass(frozen=True)
class Listing:
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
            key = encode({name: str(value) or "-" for name, value in known.items()})
        except (ValueError, AttributeError) as error:
            raise _no_cursor() from error
        names = ("gsi1pk", "gsi1sk", "pk", "sk") if self.indexed else ("pk", "sk")
        if set(known) != set(names) or known[names[0]] != self.pk or not str(known[names[1]]).startswith(self.prefix):
            raise _no_cursor()  # another tenant's, perhaps
        return key


def cursor_after(item: Item, indexed: bool = False) -> str:
    """The cursor that goes on after an item of a list."""
    names = ("pk", "sk", "gsi1pk", "gsi1sk") if indexed else ("pk", "sk")
    return as_cursor(encode({name: item[name] for name in names}))


def as_cursor(key: Mapping[str, Any]) -> str:
    """DynamoDB's last key as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(decode(key)).encode()).decode()


def _no_cursor() -> InvalidRequest:
    return InvalidRequest("The cursor is none of this list's.", (FieldError(("cursor",), "is not of this list"),))
