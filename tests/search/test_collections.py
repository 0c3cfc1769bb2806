"""The life of a collection over HTTP."""

import io
from typing import Any
from urllib.parse import quote

import pytest

from lectern.store.local import LocalStore
from tests.conftest import Who
from tests.search.conftest import TEXTS, Ask, documents

PATH = "/v1/collections/physics"


@pytest.fixture
def made(ask: Ask) -> Any:
    return ask("PUT", PATH, {"title": "Lessons", "documents": documents()})


def test_created_with_documents_it_says_what_it_holds(ask: Ask, made: Any) -> None:
    assert (made["collection"], made["title"], made["documents"], made["passages"]) == ("physics", "Lessons", 4, 4)
    assert made["model"]["name"] == "search"
    assert ask("GET", PATH) | {"request_id": ""} == made | {"request_id": ""}


def test_the_same_again_changes_nothing(ask: Ask, made: Any, store: LocalStore) -> None:
    before = store.keys("")
    again = ask("PUT", PATH, {"title": "Lessons", "documents": documents()})
    added = ask("POST", f"{PATH}/documents", {"documents": documents("water")})
    assert again["revision"] == added["revision"] == made["revision"]
    assert store.keys("") == before


def test_a_document_is_replaced_by_its_id(ask: Ask, made: Any) -> None:
    text = "Water boils at 100 degrees Celsius at sea level."
    view = ask("POST", f"{PATH}/documents", {"documents": [{"id": "water", "text": text, "title": "Boiling"}]})
    assert (view["documents"], view["revision"]) == (4, made["revision"] + 1)
    shown = ask("GET", f"{PATH}/documents/water")
    assert (shown["text"], shown["title"], shown["characters"]) == (text, "Boiling", len(text))
    hits = ask("POST", "/v1/search", {"query": "ice floats", "collection": "physics", "by": "words"})["hits"]
    assert "water" not in [hit["document_id"] for hit in hits]


def test_a_deleted_document_is_gone_from_the_store_too(ask: Ask, made: Any, store: LocalStore) -> None:
    ask("POST", f"{PATH}/documents", {"documents": [{"id": "water", "text": "The new text of water."}]})
    assert ask("DELETE", f"{PATH}/documents/water")["removed"] == "water"
    ask("GET", f"{PATH}/documents/water", status=404)
    assert ask("GET", PATH)["documents"] == 3
    held = b"".join(
        store.get(key, version.version_id).data for key in store.keys("") for version in store.versions(key)
    )
    assert b"Augustus" in held
    assert b"less dense" not in held and b"new text" not in held
    again = ask("DELETE", f"{PATH}/documents/water")
    assert again["removed"] == "water"


def test_the_last_document_can_go(ask: Ask) -> None:
    ask("PUT", PATH, {"documents": documents("water")})
    ask("DELETE", f"{PATH}/documents/water")
    assert ask("GET", PATH)["passages"] == 0
    assert ask("POST", "/v1/search", {"query": "ice", "collection": "physics"})["hits"] == []


def test_a_deleted_collection_leaves_nothing(ask: Ask, made: Any, store: LocalStore) -> None:
    ask("DELETE", PATH)
    ask("GET", PATH, status=404)
    assert store.keys("") == []
    assert ask("GET", "/v1/collections")["collections"] == []
    ask("DELETE", PATH, status=404)
    assert ask("PUT", PATH, {})["documents"] == 0, "it can be made anew"


def test_lists_come_in_pages(ask: Ask) -> None:
    for name in ("b", "a", "c"):
        ask("PUT", f"/v1/collections/{name}", {})
    first = ask("GET", "/v1/collections?limit=2")
    rest = ask("GET", f"/v1/collections?limit=2&cursor={quote(first['cursor'])}")
    assert [c["collection"] for c in (*first["collections"], *rest["collections"])] == ["a", "b", "c"]
    assert rest["cursor"] is None
    ask("GET", "/v1/collections?cursor=nonsense", status=422)
    ask("GET", "/v1/collections?limit=0", status=422)


def test_documents_come_in_pages(ask: Ask, made: Any) -> None:
    first = ask("GET", f"{PATH}/documents?limit=3")
    rest = ask("GET", f"{PATH}/documents?limit=3&cursor={quote(first['cursor'])}")
    assert [d["document_id"] for d in (*first["documents"], *rest["documents"])] == sorted(TEXTS)
    assert rest["cursor"] is None


def test_ids_of_documents_may_be_any_text(ask: Ask) -> None:
    hostile = "../../etc/passwd?x=#1 \u202e€%"
    ask("PUT", PATH, {"documents": [{"id": hostile, "text": "Ice floats."}]})
    assert ask("GET", f"{PATH}/documents/{quote(hostile, safe='')}")["document_id"] == hostile
    ask("DELETE", f"{PATH}/documents/{quote(hostile, safe='')}")
    assert ask("GET", PATH)["documents"] == 0


@pytest.mark.parametrize("name", ["..", ".hidden", "a b", "a/b", "T%23other", "x" * 101, "é"])
def test_ids_of_collections_are_plain(ask: Ask, client: Any, name: str) -> None:
    answer = client.put(f"/v1/collections/{quote(name, safe='%')}", json={})
    assert answer.status_code in (404, 405, 422)
    body = ask("POST", "/v1/search", {"query": "ice", "collection": name}, status=422)
    assert body["errors"][0]["loc"] == ["collection"]


@pytest.mark.parametrize(
    ("document", "place", "message"),
    [
        ({"id": "a", "text": "  \n"}, ["documents", 0, "text"], "is blank"),
        ({"id": "a", "text": "a" * 1_000_000}, ["documents", 0, "text"], "at most 200000 characters; it has 1000000"),
        ({"id": "", "text": "a"}, ["documents", 0, "id"], "at least 1"),
        ({"id": "a\x00", "text": "a"}, ["documents", 0, "id"], "control characters"),
        ({"id": "i" * 201, "text": "a"}, ["documents", 0, "id"], "it has 201"),
        ({"id": "a", "text": "a", "url": "javascript:alert(1)"}, ["documents", 0, "url"], "pattern"),
        ({"id": "a", "text": "a", "author": "x"}, ["documents", 0], "unknown field"),
    ],
)
def test_a_bad_document_is_named_and_makes_nothing(
    ask: Ask, document: dict[str, str], place: list[object], message: str
) -> None:
    body = ask("PUT", PATH, {"documents": [document]}, status=422)
    assert body["errors"][0]["loc"] == place
    assert message in body["errors"][0]["msg"]
    ask("GET", PATH, status=404)


def test_an_id_twice_in_one_request_is_refused(ask: Ask) -> None:
    body = ask("PUT", PATH, {"documents": [*documents("water", "rome"), *documents("water")]}, status=422)
    assert "documents 0 and 2 have the same id" in body["errors"][0]["msg"]


def test_too_many_documents_or_passages_are_told_with_the_limit(ask: Ask) -> None:
    many = [{"id": str(n), "text": "Ice floats."} for n in range(501)]
    body = ask("PUT", PATH, {"documents": many}, status=422)
    assert "at most 500 items after validation, not 501" in body["errors"][0]["msg"]
    long = [{"id": str(n), "text": "Many words in a sentence. " * 7_000} for n in range(3)]
    body = ask("PUT", PATH, {"documents": long}, status=422)
    assert "the limit of one request is 600" in body["errors"][0]["msg"]
    ask("GET", PATH, status=404)


def test_another_tenant_sees_nothing_of_it(ask: Ask, made: Any, who: Who) -> None:
    who(tenant="other-school")
    ask("GET", PATH, status=404)
    ask("GET", f"{PATH}/documents", status=404)
    ask("GET", f"{PATH}/documents/water", status=404)
    ask("DELETE", f"{PATH}/documents/water", status=404)
    ask("DELETE", PATH, status=404)
    ask("POST", "/v1/search", {"query": "ice", "collection": "physics"}, status=404)
    assert ask("GET", "/v1/collections")["collections"] == []


def test_students_may_look_and_not_change(ask: Ask, made: Any, who: Who) -> None:
    who(roles=("student",))
    assert ask("POST", "/v1/search", {"query": "ice", "collection": "physics"})["hits"]
    assert ask("GET", f"{PATH}/documents/water")["text"]
    ask("PUT", PATH, {}, status=403)
    ask("POST", f"{PATH}/documents", {"documents": documents("rome")}, status=403)
    ask("DELETE", f"{PATH}/documents/water", status=403)
    ask("DELETE", PATH, status=403)


def test_a_script_that_the_model_does_not_know_is_told(ask: Ask) -> None:
    text = "Лёд плавает на воде, потому что он легче воды."
    view = ask("PUT", PATH, {"documents": [*documents("rome"), {"id": "ru", "text": text}]})
    assert [warning.split()[0] for warning in view["warnings"]] == ["documents.1"]


def test_another_version_than_the_collections_is_refused(ask: Ask, made: Any) -> None:
    for method, path in (("PUT", PATH), ("POST", f"{PATH}/documents")):
        body = ask(method, path, {"documents": documents("rome"), "version": "9.9.9"}, status=422)
        assert body["errors"] == [{"loc": ["version"], "msg": "the collection's vectors are of 1.0.0"}]
    ask("PUT", "/v1/collections/other", {"version": "9.9.9"}, status=404)


def test_no_text_is_logged(ask: Ask, made: Any, log: io.StringIO) -> None:
    ask("POST", "/v1/search", {"query": "emperor Augustus", "collection": "physics"})
    ask("PUT", PATH, {"documents": [{"id": "Augustus", "text": ""}]}, status=422)
    assert "served" in log.getvalue()
    assert "Augustus" not in log.getvalue() and "photosynthesis" not in log.getvalue()
