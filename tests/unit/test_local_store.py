"""The store in a folder: what is deleted while somebody reads it is unknown, like what never was."""

import pytest

from lectern.errors import UnknownObject
from lectern.store.local import LocalStore


def test_a_version_that_is_deleted_between_the_look_and_the_reading(
    local_store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = local_store.put("key", b"data").version_id
    local_store.delete("key", version)
    monkeypatch.setattr(local_store, "_version_ids", lambda key: [version])
    with pytest.raises(UnknownObject, match="no longer holds key"):
        local_store.get("key")
    with pytest.raises(UnknownObject, match="no longer holds key"), local_store.stream("key"):
        pass


def test_a_blob_has_its_own_version(local_store: LocalStore) -> None:
    first, second = (local_store.put("key", data).version_id for data in (b"one", b"two"))
    assert [
        (local_store.get("key", name).version_id, local_store.get("key", name).data) for name in (first, second)
    ] == [
        (first, b"one"),
        (second, b"two"),
    ]
    assert local_store.get("key").version_id == second
