"""One contract for both stores."""

from pathlib import Path

import pytest

from lectern.errors import Conflict, StoreUnavailable, UnknownObject
from lectern.store import Store, open_store


@pytest.fixture(params=["local_store", "s3_store"])
def store(request: pytest.FixtureRequest) -> Store:
    store: Store = request.getfixturevalue(request.param)
    return store


def test_every_version_can_be_read_again(store: Store) -> None:
    first = store.put("a/b.json", b"one")
    second = store.put("a/b.json", b"two")
    assert store.get("a/b.json").data == b"two"
    assert store.get("a/b.json", first.version_id).data == b"one"
    assert [version.version_id for version in store.versions("a/b.json")] == [second.version_id, first.version_id]


def test_reading_and_writing_tell_the_same_version_and_etag(store: Store) -> None:
    written = store.put("key", b"data")
    read = store.get("key")
    assert (read.version_id, read.etag) == (written.version_id, written.etag)


def test_missing_keys_and_versions_are_unknown(store: Store) -> None:
    store.put("here", b"")
    version = store.put("elsewhere", b"").version_id
    with pytest.raises(UnknownObject):
        store.get("nowhere")
    with pytest.raises(UnknownObject):
        store.get("nowhere", version)
    assert store.versions("nowhere") == []


def test_write_if_none_match_only_over_nothing(store: Store) -> None:
    store.put("key", b"one", if_none_match=True)
    with pytest.raises(Conflict):
        store.put("key", b"two", if_none_match=True)
    assert store.get("key").data == b"one"


def test_write_if_match_only_over_that_etag(store: Store) -> None:
    first = store.put("key", b"one")
    store.put("key", b"two", if_match=first.etag)
    with pytest.raises(Conflict):
        store.put("key", b"three", if_match=first.etag)
    with pytest.raises(Conflict):
        store.put("other", b"one", if_match=first.etag)
    assert store.get("key").data == b"two"


def test_keys_by_prefix_are_sorted_and_whole(store: Store) -> None:
    for key in ("b/2", "a/ü &?%2F", "b/10", "c"):
        store.put(key, b"x")
    assert store.keys("b/") == ["b/10", "b/2"]
    assert store.keys("a/") == ["a/ü &?%2F"]
    assert store.keys("z") == []


def test_a_key_can_not_leave_the_store(store: Store) -> None:
    store.put("../../escape", b"x")
    assert store.keys("") == ["../../escape"]
    assert store.get("../../escape").data == b"x"


@pytest.mark.parametrize("url", ["", "s3://", "file:", "ftp://x", "bucket"])
def test_an_address_that_is_no_store(url: str) -> None:
    with pytest.raises(StoreUnavailable, match="LECTERN_STORE"):
        open_store(url)


def test_one_version_is_deleted_and_the_others_stay(store: Store) -> None:
    first, second = store.put("key", b"one"), store.put("key", b"two")
    store.delete("key", second.version_id)
    assert store.get("key").data == b"one"
    with pytest.raises(UnknownObject):
        store.get("key", second.version_id)
    third = store.put("key", b"three", if_match=first.etag)
    store.delete("key", first.version_id)
    fourth = store.put("key", b"four")
    assert [version.version_id for version in store.versions("key")] == [fourth.version_id, third.version_id]
    store.delete("key", first.version_id)  # again
    store.delete("nowhere", third.version_id)


def test_when_every_version_is_deleted_the_key_is_gone(store: Store) -> None:
    for version in [store.put("key", b"one"), store.put("key", b"two")]:
        store.delete("key", version.version_id)
    assert store.keys("") == []
    assert store.versions("key") == []
    with pytest.raises(UnknownObject):
        store.get("key")
    store.put("key", b"again", if_none_match=True)


def test_a_stream_gives_the_same_bytes(store: Store) -> None:
    data = bytes(range(256)) * 1000
    first = store.put("big", data)
    store.put("big", b"newer")
    with store.stream("big", first.version_id) as stream:
        assert stream.read(10) == data[:10]
        assert stream.read() == data[10:]
    with store.stream("big") as stream:
        assert stream.read() == b"newer"
    with pytest.raises(UnknownObject), store.stream("nowhere"):
        pass


def test_a_file_is_uploaded_as_a_version(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    written = store.upload("key", tmp_path / "file")
    assert store.get("key", written.version_id).data == b"content"
    assert store.get("key").etag == written.etag
