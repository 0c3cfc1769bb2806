import pytest

from lectern.phrases import Span, groups, passages, phrases, without


def said(text: str) -> list[str]:
    return [text[span.start : span.end] for span in phrases(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "It is lighter than the water, so it floats.",
            ["It is lighter", "than the water,", "so it floats."],
        ),
        ("terminal 1 is not connected to terminal 6", ["terminal 1", "is not connected", "to terminal 6"]),
        ("No, it doesn't. Why?", ["No,", "it doesn't.", "Why?"]),
        ("heat - \n energy 👍 and light", ["heat - \n energy 👍", "and light"]),
        ("They’re over it’s edge of glass", ["They’re over it’s edge", "of glass"]),
        ("less dense", ["less", "dense"]),
        ("heavier", ["heavier"]),
        ("?!", ["?!"]),
        ("因为冰的密度比水小。", ["因为冰的密度比水小。"]),
        ("", []),
        (" \n", []),
    ],
)
def test_phrases_are_function_words_and_the_content_words_after_them(text: str, expected: list[str]) -> None:
    assert said(text) == expected


@pytest.mark.parametrize(
    "text", ["the the of", "a of, of a b", "... well ... no", "x " * 40, "Cafe\u0301 of the e\u0301"]
)
def test_phrases_hold_every_visible_character_once_and_in_order(text: str) -> None:
    assert "".join("".join(said(text)).split()) == "".join(text.split())
    places = [place for span in phrases(text) for place in (span.start, span.end)]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("text", "most", "expected"),
    [
        ("The sun rises. The moon sets! “Why?” he asked.", 3, ["The sun rises.", "The moon sets!", "“Why?” he asked."]),
        ("A cat. The dog of the house barks at night. No.", 2, ["A cat.", "The dog of the house barks at night. No."]),
        ("the sun and the moon and the stars and the sea", 2, ["the sun and the moon", "and the stars and the sea"]),
        ("one two", 10, ["one", "two"]),
        ("one", 10, ["one"]),
        ("因为冰的密度比水小。", 10, ["因为冰的密度比水小。"]),
        (" \n", 10, []),
        ("", 10, []),
    ],
)
def test_passages_end_with_sentences_unless_these_are_long(text: str, most: int, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in passages(text, most)] == expected


@pytest.mark.parametrize(
    "text", ["It is hot. " * 500, "of a thing " * 400, "No 👍🏽 e\u0301. \n\n" * 90, "x " * 40, "a\n" * 30]
)
def test_passages_are_few_and_hold_every_visible_character_once(text: str) -> None:
    found = passages(text, 10)
    assert 8 <= len(found) <= 10
    assert "".join("".join(text[span.start : span.end] for span in found).split()) == "".join(text.split())
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in found)
    assert max(span.end - span.start for span in found) <= 2.5 * len(text) / 10


@pytest.mark.parametrize(
    ("count", "most", "sizes"), [(0, 4, []), (3, 4, [1, 1, 1]), (4, 4, [1] * 4), (10, 4, [2, 3, 2, 3])]
)
def test_groups_are_even_and_keep_the_order(count: int, most: int, sizes: list[int]) -> None:
    parts = [Span(n, n + 1) for n in range(count)]
    found = groups(parts, most)
    assert [len(group) for group in found] == sizes
    assert [part for group in found for part in group] == parts


def test_without_takes_parts_out_whatever_their_order() -> None:
    assert without("one two three", [Span(8, 13), Span(0, 4)]) == "two "
    assert without("one", []) == "one"
