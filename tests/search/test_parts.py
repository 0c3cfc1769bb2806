"""The parts that search is made of, each for itself."""

import itertools
import math
import re

import numpy as np
import pytest

from lectern.errors import CollectionDamaged, InvalidRequest
from lectern.search import changing
from lectern.search.bm25 import bm25
from lectern.search.changing import changed
from lectern.search.fusion import fused
from lectern.search.heads import Part
from lectern.search.index import Found, Index
from lectern.search.merging import first_to_merge, merged
from lectern.search.packing import pack, unpack
from lectern.search.passages import pieces
from lectern.search.reading import WIDTH, pooled, row, unit, windows
from lectern.search.segment import Segment, narrow, segment
from lectern.search.shelf import Shelf
from lectern.search.words import words
from tests.search.reads import read, vector


def cut(text: str, size: int) -> list[str]:
    """The pieces of a text whose tokens are its words."""
    places, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        places.append((at, at + len(word)))
        at += len(word)
    return [text[places[p.first][0] : places[p.last - 1][1]] for p in pieces(text, places, size)]


def test_a_short_text_is_one_piece() -> None:
    assert cut("One two three.", 3) == ["One two three."]
    assert pieces("", [], 3) == [(0, 0)]


def test_pieces_end_with_sentences_and_share_one() -> None:
    text = "A b c. D e. F g h. I j. K l m. N o."
    assert cut(text, 8) == ["A b c. D e. F g h.", "I j. K l m. N o."]
    assert cut("A b. C d. E f. G h. I j. K l.", 8)[1].startswith("G h."), "the last sentence comes again"


def test_a_sentence_longer_than_a_piece_is_cut_between_words() -> None:
    found = cut(" ".join(f"w{n}" for n in range(25)), 10)
    assert [len(piece.split()) for piece in found] == [10, 10, 5]


def test_a_word_longer_than_a_piece_is_cut_all_the_same() -> None:
    places = [(n, n + 1) for n in range(100)]
    found = pieces("x" * 100, places, 10)
    assert found[0] == (0, 10) and found[-1].last == 100
    assert all(0 < piece.last - piece.first <= 10 for piece in found)


@pytest.mark.parametrize("size", [4, 7, 16, 50])
def test_pieces_leave_nothing_out(size: int) -> None:
    chance = np.random.default_rng(size)
    text = " ".join("word" + "." * int(chance.random() < 0.2) for _ in range(300))
    places = [match.span() for match in re.finditer(r"\S+", text)]
    found = pieces(text, places, size)
    assert found[0].first == 0 and found[-1].last == 300
    for before, after in itertools.pairwise(found):
        assert before.first < after.first <= before.last < after.last
        assert before.last - before.first <= size


def test_words_without_case_plural_and_width() -> None:
    assert words("Loops, LOOP; ｌｏｏｐ's") == ["loop", "loop", "loop", "s"]
    assert words("classes boxes queries bus glass is_digit() 3.5") == [
        "classe", "boxe", "query", "bus", "glass", "is_digit", "3", "5",
    ]  # fmt: skip
    assert words("水は氷 abc") == ["水", "は", "氷", "abc"]


def test_bm25_by_hand() -> None:
    part = segment([read("a", "ice ice water"), read("b", "water air")])
    ice, none = bm25(["ice"], [part], np.ones(2, bool)), bm25(["fire"], [part], np.ones(2, bool))
    expected = math.log(1 + 1.5 / 1.5) * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 3 / 2.5))
    assert ice == pytest.approx([expected, 0])
    assert none == pytest.approx([0, 0])


def test_what_was_replaced_counts_for_no_word() -> None:
    old, new = segment([read("a", "ice water"), read("b", "water")]), segment([read("a", "air water")])
    index, fresh = Index((old, new)), Index((segment([read("b", "water"), read("a", "air water")]),))
    assert index.by_words(["ice"], 5) == []
    scores = [[found.score for found in of.by_words(["water"], 5)] for of in (index, fresh)]
    assert scores[0] == pytest.approx(scores[1])


def test_int8_rows_stay_near() -> None:
    vectors = np.array([vector(str(n)) for n in range(50)])
    rows, scales = narrow(vectors)
    again = rows * scales[:, None]
    assert np.sum(vectors * again, axis=1) / np.linalg.norm(again, axis=1) == pytest.approx(1, abs=2e-4)
    zeros, _ = narrow(np.zeros((1, 4), np.float32))
    assert (zeros == 0).all()


def test_exact_search_is_the_largest_product() -> None:
    reads = [read(f"d{n}", passages=3) for n in range(40)]
    index = Index((segment(reads[:25]), segment(reads[25:])))
    query = reads[31].passages[2].vector
    found = index.by_meaning(query, 5)
    assert index.document(found[0].document).id == "d31"
    assert found[0].passage == 31 * 3 + 2
    assert found[0].score == pytest.approx(1, abs=0.01) == index.similarity(found[0].passage, query)
    best = sorted((max(float(p.vector @ query) for p in one.passages) for one in reads), reverse=True)
    assert [one.score for one in found] == pytest.approx(best[:5], abs=0.01)


def test_an_empty_collection_has_no_hits() -> None:
    assert Index(()).by_meaning(vector("a"), 5) == Index(()).by_words(["a"], 5) == []


def test_fusion_by_hand() -> None:
    found = fused([Found(1, 10, 9.0), Found(2, 20, 8.0)], [Found(2, 21, 7.0), Found(3, 30, 6.0)], 0.5, 60)
    assert [one.document for one in found] == [2, 1, 3]
    assert found[0].score == pytest.approx(0.5 / 62 + 0.5 / 61)
    assert found[0].passage == 21, "the words have it further in front"
    assert fused([], []) == []
    assert [one.document for one in fused([], [Found(5, 1, 0.3)])] == [5]


def test_a_segment_comes_back_as_it_was() -> None:
    part = segment([read("a", "Ice ö water. 水", passages=2), read("b")])
    again = unpack(pack(part))
    assert again.documents == part.documents and again.digests == part.digests
    assert again.postings.terms == part.postings.terms
    for name in ("firsts", "places", "lengths", "vectors", "scales"):
        assert (getattr(again, name) == getattr(part, name)).all()
    assert pack(again) == pack(part)


@pytest.mark.parametrize("data", [b"", b"no zip", pack(segment([read("a")]))[:-200]])
def test_bytes_that_are_no_segment_are_damaged(data: bytes) -> None:
    with pytest.raises(CollectionDamaged):
        unpack(data)


def same(one: Segment, other: Segment) -> bool:
    return pack(one) == pack(other)


def test_merged_segments_are_the_segment_of_what_stays() -> None:
    first, second = [read("a", passages=2), read("b"), read("c", "Only here: zebra.")], [read("d", passages=3)]
    kept = np.array([True, False, False])
    parts = [(segment(first), kept), (segment(second), np.ones(1, bool))]
    assert same(merged(parts), segment([first[0], second[0]]))


def test_segments_are_merged_like_the_digits_of_a_counter() -> None:
    sizes: list[int] = []
    for _ in range(1000):
        first = first_to_merge(sizes, 1)
        sizes[first:] = [sum(sizes[first:]) + 1]
        assert all(before >= 2 * after for before, after in itertools.pairwise(sizes))
    assert sum(sizes) == 1000 and len(sizes) <= 10


def test_a_collection_can_not_grow_over_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changing, "MOST_PASSAGES", 5)
    index = Index((segment([read("a", passages=4)]),))
    with pytest.raises(InvalidRequest) as fault:
        changed(index, [read("b", passages=2)])
    assert fault.value.errors[0].msg == "would make 6 passages in the collection; the limit is 5"
    assert changed(index, [read("a", passages=5)]).last is not None, "what is replaced makes room"


def test_the_shelf_keeps_within_its_bound_and_drops_what_was_not_used() -> None:
    parts = {name: (Part(name=name, sha256="", documents=1, passages=1),) for name in "abc"}
    made, asked = {name: segment([read(name)]) for name in "abc"}, []

    def fetch(part: Part) -> Segment:
        asked.append(part.name)
        return made[part.name]

    shelf = Shelf(int(2.5 * Index((made["a"],)).nbytes))
    for name in "abacab":
        shelf.get(name, parts[name], fetch)
    assert asked == ["a", "b", "c", "b"]
    assert shelf.nbytes <= 2.5 * Index((made["a"],)).nbytes


def test_the_shelf_reads_only_new_segments() -> None:
    first, second = (Part(name=name, sha256="", documents=1, passages=1) for name in "ab")
    asked: list[str] = []

    def fetch(part: Part) -> Segment:
        asked.append(part.name)
        return segment([read(part.name)])

    shelf = Shelf(1)
    shelf.get("birth", (first,), fetch)
    assert set(shelf.get("birth", (first, second), fetch).entries) == {"a", "b"}
    assert asked == ["a", "b"], "and one that is larger than the bound stays while it is asked for"


def test_windows_are_pooled_by_their_tokens() -> None:
    rows = windows(list(range(1000, 1010)), 6)
    assert [len(one.input_ids) for one in rows] == [5, 5, 6]
    one, other = vector("a"), vector("b")
    assert pooled([row([1] * 9), row([2])], [one, other]) == pytest.approx(unit(0.9 * one + 0.1 * other), abs=1e-6)
    assert pooled([row([])], [one]) == pytest.approx(one)
    assert len(vector("x")) == WIDTH
