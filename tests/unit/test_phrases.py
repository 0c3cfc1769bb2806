import pytest

from lectern.phrases import Span, groups, phrases, without


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
