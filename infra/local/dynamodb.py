"""moto's DynamoDB as a table needs it: one request after another, and transactions that cost what they write.

moto answers on threads without a lock, so that a transaction which is undone takes other requests' writes with it, and
two requests can both find that a condition holds; and for the undoing it copies every item of the table first.
"""

import threading
from typing import Any

_LOCK = threading.RLock()


def make_steady() -> None:
    """Change moto in this process; to do it again changes nothing."""
    from moto.dynamodb.models.table import Table
    from moto.dynamodb.responses import DynamoHandler

    if "__deepcopy__" in vars(Table):
        return
    call = DynamoHandler.call_action

    def call_alone(handler: Any) -> Any:
        with _LOCK:
            return call(handler)

    handler_class: Any = DynamoHandler
    handler_class.call_action = call_alone
    table_class: Any = Table
    table_class.__deepcopy__ = _copied


def _copied(table: Any, memo: Any) -> Any:
    """A copy that shares the items: a put replaces an item, it does not change it."""
    copy: Any = object.__new__(type(table))
    vars(copy).update(vars(table))
    if table.has_range_key:
        copy.items = type(table.items)(dict, {pk: dict(items) for pk, items in table.items.items()})
    else:
        copy.items = type(table.items)(dict, table.items)
    return copy
