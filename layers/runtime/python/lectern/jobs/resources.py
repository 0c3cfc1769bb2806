"""What the steps and the routes of jobs work on, from the settings."""

from functools import cache

from lectern.packs.pointers import Pointers
from lectern.settings import settings
from lectern.store import Store, open_store
from lectern.table import Table, open_table


def data_table() -> Table:
    """The table that the settings name. Raises StoreUnavailable."""
    return _table(settings().table)


def data_store() -> Store:
    """The store of the tenants' own data. Raises StoreUnavailable."""
    return _store(settings().data_store, settings().store_timeout_seconds)


def release_store() -> Store:
    """The store of the releases. Raises StoreUnavailable."""
    return _store(settings().store, settings().store_timeout_seconds)


def pack_pointers() -> Pointers:
    """Which packs the questions have. Raises StoreUnavailable."""
    return Pointers(data_store() if settings().data_store else None)


_table, _store = cache(open_table), cache(open_store)


def forget() -> None:
    """Open the table and the stores anew."""
    _table.cache_clear()
    _store.cache_clear()
