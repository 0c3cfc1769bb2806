"""A DynamoDB table of items with a key of two parts and a `revision`, on which every condition rests."""

from lectern.table.table import INDEX, Delete, Page, Put, Table, Write, open_table

__all__ = ["INDEX", "Delete", "Page", "Put", "Table", "Write", "open_table"]
