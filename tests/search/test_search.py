"""POST /v1/search."""

from typing import Any

import pytest

from tests.search.conftest import TEXTS, Ask, documents

LONG = "Nothing here matters much to anybody at all, and so it goes on. " * 40
NEEDLE = (
    "A wind turbine turns moving air into electric current. Its blades drive a generator, whose magnets induce a "
    "voltage in coils of copper. Offshore wind farms give more electricity, since the wind blows more steadily there."
)


@pytest.fixture(autouse=True)
def made(ask: Ask) -> Any:
    return ask(
        "PUT", "/v1/collections/physics", {"documents": documents(title="A lesson", url="https://example.org/1")}
    )


@pytest.fixture
def found(ask: Ask) -> Any:
    """Hits of a query, with fields of the request changed."""

    def hits(query: str, **changes: Any) -> Any:
        return ask("POST", "/v1/search", {"query": query, "collection": "physics"} | changes)["hits"]

    return hits


@pytest.mark.parametrize("by", ["both", "meaning", "words"])
def test_the_best_document_comes_first_with_its_passage(found: Any, by: str) -> None:
    best = found("emperor of Rome", by=by)[0]
    assert best["document_id"] == "rome"
    assert best["text"] == TEXTS["rome"]
    assert best["passage"] == {"start": 0, "end": len(TEXTS["rome"])}
    assert (best["title"], best["url"]) == ("A lesson", "https://example.org/1")
    assert 0.3 < best["similarity"] <= 1


def test_meaning_finds_what_has_none_of_the_words(found: Any) -> None:
    assert found("frozen H2O stays up", by="meaning")[0]["document_id"] == "water"
    assert found("frozen H2O stays up", by="words") == []
    assert found("frozen H2O stays up")[0]["document_id"] == "water"


def test_words_are_found_in_any_case_and_number(found: Any) -> None:
    assert [hit["document_id"] for hit in found("SOLID", by="words")] == ["water"]


def test_k_hits_one_for_each_document(found: Any, ask: Ask) -> None:
    assert [len(found("water", k=k)) for k in (1, 2, 100)] == [1, 2, 4]
    scores = [hit["score"] for hit in found("water")]
    assert scores == sorted(scores, reverse=True)


def test_a_long_document_is_found_by_the_passage_that_answers(found: Any, ask: Ask) -> None:
    text = LONG + NEEDLE + " " + LONG
    ask("POST", "/v1/collections/physics/documents", {"documents": [{"id": "long", "text": text}]})
    for by in ("meaning", "words"):
        best = found("turbine that makes electricity from wind", by=by)[0]
        assert best["document_id"] == "long"
        place = best["passage"]
        assert NEEDLE in text[place["start"] : place["end"]] == best["text"]
        assert place["end"] - place["start"] < len(text) / 4


def test_a_vector_of_embed_finds_the_same(found: Any, ask: Ask) -> None:
    (vector,) = ask("POST", "/v1/embed", {"texts": ["emperor of Rome"]})["vectors"]
    own, given = found("emperor of Rome"), found("emperor of Rome", vector=[7 * number for number in vector])
    assert [hit["document_id"] for hit in own] == [hit["document_id"] for hit in given]


@pytest.mark.parametrize(
    ("changes", "place", "message"),
    [
        ({"k": 0}, ["k"], "greater than or equal to 1"),
        ({"k": 1_000_000_000}, ["k"], "less than or equal to 100"),
        ({"k": "3"}, ["k"], "integer"),
        ({"query": " \t"}, ["query"], "is blank"),
        ({"query": "w" * 1_000_000}, ["query"], "at most 4000 characters; it has 1000000"),
        ({"vector": [1.0] * 383}, ["vector"], "must have 384 numbers; it has 383"),
        ({"vector": [0.0] * 384}, ["vector"], "has no direction"),
        ({"vector": [1e300] * 384}, ["vector"], "has no direction"),
        ({"vector": ["a"] * 384}, ["vector", 0], "number"),
        ({"by": "magic"}, ["by"], "both"),
        ({"version": "9.9.9"}, ["version"], "are of 1.0.0"),
    ],
)
def test_bad_requests_are_named(ask: Ask, changes: dict[str, Any], place: list[object], message: str) -> None:
    body = ask("POST", "/v1/search", {"query": "ice", "collection": "physics"} | changes, status=422)
    assert body["errors"][0]["loc"] == place
    assert message in body["errors"][0]["msg"]


def test_a_collection_that_is_not_there_is_404(ask: Ask) -> None:
    assert ask("POST", "/v1/search", {"query": "ice", "collection": "none"}, status=404)["detail"]


def test_a_query_in_an_unknown_script_is_told(ask: Ask) -> None:
    body = ask("POST", "/v1/search", {"query": "лёд на воде", "collection": "physics"})
    assert len(body["warnings"]) == 1
    assert body["collection"] == "physics"
