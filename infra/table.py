"""The table's keys and index, for the table in AWS and for the local one."""

from lectern.table import INDEX

KEYS = {"pk": "HASH", "sk": "RANGE"}

INDEXES = {INDEX: {"gsi1pk": "HASH", "gsi1sk": "RANGE"}}
"""Each holds whole items. Every key is a string."""

EXPIRES = "expires"
"""An item that has this attribute is removed at that time, in seconds since 1970."""
