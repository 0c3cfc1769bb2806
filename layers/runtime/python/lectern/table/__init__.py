"""A DynamoDB table of items with a key of two parts and a `revision`, on which every condition rests."""

from lectern.table.codec import Item
from lectern.table.listing import INDEX, cursor_after
from lectern.table.table import MOST_WRITES, Delete, Page, Put, Table, Write, open_table

__all__ = [
    "INDEX",
    "MOST_WRITES",
    "Delete",
    "Item",
    "Page",
    "Put",
    "Table",
    "Write",
    "cursor_after",
    "open_table",
]
