"""Writers at the same time, writers that die, parts that are lost: nobody sees half a collection."""

import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest

from lectern.errors import CollectionDamaged, Conflict, StoreUnavailable, UnknownCollection
from lectern.search.collections import Collections
from lectern.search.documents import Document
from lectern.search.heads import Head
from lectern.store.local import LocalStore
from lectern.store.s3 import S3Store
from lectern.table import Table
from tests.search.reads import MODEL, read, vector


@pytest.fixture
def made(kept: Collections, tenant: str) -> Head:
    head = kept.create(tenant, "c", "", MODEL, "ann")
    return kept.change(tenant, head, [read("a"), read("b")])


def ids(kept: Collections, tenant: str) -> set[str]:
    return set(kept.open(tenant, "c").index.entries)


def interrupted(monkeypatch: pytest.MonkeyPatch, target: object, name: str, act: Callable[[], object]) -> None:
    """Before the next call of a method, once, something else happens."""
    own, turns = getattr(target, name), itertools.count()

    def first_act(*args: Any, **kwargs: Any) -> Any:
        if next(turns) == 0:
            act()
        return own(*args, **kwargs)

    monkeypatch.setattr(target, name, first_act)


def test_of_two_writers_both_are_there(
    kept: Collections, made: Head, tenant: str, table: Table, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Collections(table, store, 1)
    interrupted(monkeypatch, kept.heads, "put", lambda: other.change(tenant, made, [read("theirs")]))
    head = kept.change(tenant, made, [read("ours")])
    assert ids(kept, tenant) == ids(other, tenant) == {"a", "b", "ours", "theirs"}
    assert (head.documents, head.passages, head.revision) == (4, 4, made.revision + 2)
    named = {part.name for part in head.parts}
    assert {key.rsplit("/", 1)[1] for key in store.keys("")} == named, "what came second was cleared up"


def test_many_writers_at_once_lose_nothing(made: Head, tenant: str, table: Table, store: LocalStore) -> None:
    told: list[Exception] = []

    def add(number: int) -> None:
        try:
            Collections(table, store, 1).change(tenant, made, [read(f"n{number}")])
        except Conflict as error:
            told.append(error)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids(Collections(table, store, 1), tenant)) == 2 + 5 - len(told)


def test_whoever_always_comes_second_is_told(
    kept: Collections, made: Head, tenant: str, table: Table, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, own, turn = Collections(table, store, 1), kept.heads.put, itertools.count()

    def late(*args: Any) -> Head:
        other.change(tenant, made, [read("theirs", f"Text {next(turn)}.")])
        return own(*args)

    monkeypatch.setattr(kept.heads, "put", late)
    with pytest.raises(Conflict, match="try again"):
        kept.change(tenant, made, [read("ours")])
    assert ids(other, tenant) == {"a", "b", "theirs"}


def test_a_writer_killed_before_the_head_leaves_nothing_to_see(
    kept: Collections, made: Head, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    interrupted(monkeypatch, kept.heads, "put", killed)
    with pytest.raises(KeyboardInterrupt):
        kept.change(tenant, made, [read("c"), read("d")])
    assert ids(kept, tenant) == {"a", "b"}
    assert kept.heads.get(tenant, "c").revision == made.revision
    kept.change(tenant, made, [read("c"), read("d")])
    assert ids(kept, tenant) == {"a", "b", "c", "d"}


def test_a_writer_killed_after_the_head_is_cleared_up_after(
    kept: Collections, made: Head, tenant: str, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "delete", lambda *_: (_ for _ in ()).throw(StoreUnavailable("gone")))
        head = kept.change(tenant, made, [read("c"), read("d")])
    assert head.left and len(store.keys("")) == 2
    head = kept.change(tenant, made, [read("e"), read("f"), read("g")])
    assert {key.rsplit("/", 1)[1] for key in store.keys("")} == {part.name for part in head.parts}
    assert ids(kept, tenant) == set("abcdefg")


def test_an_answer_that_got_lost_was_a_write_all_the_same(
    kept: Collections, made: Head, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore tries again, and its second try meets its first."""
    own = kept.heads.put

    def lost(*args: Any) -> Head:
        own(*args)
        raise Conflict("The item has changed meanwhile.")

    monkeypatch.setattr(kept.heads, "put", lost)
    head = kept.change(tenant, made, [read("c")])
    assert head.revision == made.revision + 1
    assert ids(kept, tenant) == {"a", "b", "c"}


def test_a_reader_whose_segments_are_merged_away_reads_again(
    kept: Collections, made: Head, tenant: str, table: Table, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Collections(table, store, 1)
    interrupted(monkeypatch, reader._parts, "read", lambda: kept.change(tenant, made, [read("c"), read("d")]))
    assert ids(reader, tenant) == set("abcd")


@pytest.mark.parametrize("fault", ["lost", "cut", "changed"])
def test_a_damaged_part_is_told_and_can_be_deleted(
    kept: Collections, made: Head, tenant: str, table: Table, store: LocalStore, fault: str
) -> None:
    (key,) = store.keys("")
    data = store.get(key).data
    if fault == "lost":
        for version in store.versions(key):
            store.delete(key, version.version_id)
    else:
        store.put(key, data[:-100] if fault == "cut" else data.replace(b"text of a", b"text of z"))
    fresh = Collections(table, store, 1)
    with pytest.raises(CollectionDamaged):
        fresh.open(tenant, "c")
    with pytest.raises(CollectionDamaged):
        fresh.change(tenant, made, [read("c")])
    fresh.delete(tenant, "c")
    assert fresh.heads.find(tenant, "c") is None


def test_a_deletion_cut_short_hides_at_once_and_goes_on_when_asked_again(
    kept: Collections, made: Head, tenant: str, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "delete", lambda *_: (_ for _ in ()).throw(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            kept.delete(tenant, "c")
    with pytest.raises(UnknownCollection):
        kept.open(tenant, "c")
    assert kept.heads.page(tenant, 10, None).heads == []
    kept.delete(tenant, "c")
    assert store.keys("") == []


def test_a_collection_made_anew_after_a_deletion_cut_short_is_empty(
    kept: Collections, made: Head, tenant: str, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "delete", lambda *_: (_ for _ in ()).throw(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            kept.delete(tenant, "c")
    kept.create(tenant, "c", "", MODEL, "ann")
    assert ids(kept, tenant) == set()
    assert store.keys("") == []


def test_a_writer_to_the_collection_before_does_not_reach_the_new_one(
    kept: Collections, made: Head, tenant: str, table: Table, store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Collections(table, store, 1)

    def anew() -> None:
        other.delete(tenant, "c")
        other.create(tenant, "c", "", MODEL, "bob")

    interrupted(monkeypatch, kept.heads, "put", anew)
    with pytest.raises(UnknownCollection):
        kept.change(tenant, made, [read("late")])
    assert ids(other, tenant) == set()


def test_a_collection_of_another_model_is_not_mixed(kept: Collections, made: Head, tenant: str) -> None:
    with pytest.raises(Conflict, match="another version"):
        kept.create(tenant, "c", "", MODEL.model_copy(update={"version": "2.0.0"}), "bob")


def test_a_store_that_is_away_changes_nothing(
    kept: Collections, made: Head, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(LocalStore, "put", lambda *_, **__: (_ for _ in ()).throw(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            kept.change(tenant, made, [read("c")])
    assert ids(kept, tenant) == {"a", "b"}


def test_in_a_bucket_nothing_is_left_of_what_was_removed(s3_store: S3Store, table: Table, tenant: str) -> None:
    kept = Collections(table, s3_store, 10_000_000)
    head = kept.create(tenant, "c", "", MODEL, "ann")
    for name in "abc":
        kept.change(tenant, head, [read(name, f"Secret {name}.")])
    kept.change(tenant, head, removed=["b"])
    assert ids(Collections(table, s3_store, 1), tenant) == {"a", "c"}
    keys = s3_store.keys("")
    held = b"".join(s3_store.get(key, version.version_id).data for key in keys for version in s3_store.versions(key))
    assert b"Secret a" in held and b"Secret b" not in held
    kept.delete(tenant, "c")
    assert s3_store.keys("") == [] == [version for key in keys for version in s3_store.versions(key)]


def test_tenants_never_share_a_key(kept: Collections, made: Head, tenant: str, store: LocalStore) -> None:
    kept.change("another", kept.create("another", "c", "", MODEL, "bob"), [read("x")])
    assert ids(kept, tenant) == {"a", "b"} and ids(kept, "another") == {"x"}
    assert all(key.startswith((f"tenants/{tenant}/", "tenants/another/")) for key in store.keys(""))
    kept.delete("another", "c")
    assert ids(kept, tenant) == {"a", "b"}


def test_search_in_what_a_collection_became_is_search_in_what_it_holds(kept: Collections, tenant: str) -> None:
    """However it came about: by one write, or by many that replace and remove."""
    head = kept.create(tenant, "c", "", MODEL, "ann")
    for number in range(12):
        kept.change(tenant, head, [read(f"d{number % 5}", f"Version {number} of lesson {number % 5}.", 2)])
    kept.change(tenant, head, removed=["d3"])
    index = kept.open(tenant, "c").index
    whole = kept.create(tenant, "whole", "", MODEL, "ann")
    last = {f"d{n % 5}": read(f"d{n % 5}", f"Version {n} of lesson {n % 5}.", 2) for n in range(12) if n % 5 != 3}
    kept.change(tenant, whole, list(last.values()))
    other = kept.open(tenant, "whole").index

    def told(found: Any, of: Any) -> list[tuple[Document, float]]:
        return sorted((of.document(one.document).id, round(one.score, 5)) for one in found)

    query = vector("lesson")
    assert told(index.by_meaning(query, 10), index) == told(other.by_meaning(query, 10), other)
    assert told(index.by_words(["lesson", "11"], 10), index) == told(other.by_words(["lesson", "11"], 10), other)
    assert index.passages == other.passages == 8
    assert len(kept.heads.get(tenant, "c").parts) <= 3, "segments are merged as they come"
