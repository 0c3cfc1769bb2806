import sys
import unicodedata

import pytest

from lectern.normalise import LOOK_ALIKES, normalise


@pytest.mark.parametrize(
    ("text", "seen", "disguised"),
    [
        ("Ice floats.", "Ice floats.", False),
        ("w\u200bat\u2060er", "water", True),
        ("ice\u200b melts\ufeff", "ice melts", False),  # what copying from a page leaves behind
        ("hy\u00adphen", "hyphen", False),
        ("\u202eretaw\u202c", "retaw", True),
        ("wаtеr", "water", True),  # Cyrillic а, е
        ("the сосо boils", "the coco boils", True),  # a word of nothing but look-alikes
        ("wαter is hοt", "water is hot", True),  # Greek, the second word short
        ("ｗａｔｅｒ １０", "water 10", False),
        ("𝐰𝐚𝐭𝐞𝐫 ﬂows", "water flows", False),
        ("don’t – “no”", 'don\'t - "no"', False),
        ("sooooo hot", "so hot", False),
        ("ice\u3164", "ice", False),
    ],
)
def test_a_text_as_it_looks(text: str, seen: str, disguised: bool) -> None:
    found = normalise(text)
    assert (found.text, found.disguised) == (seen, disguised)


@pytest.mark.parametrize(
    "text",
    [
        "вода кипит",  # another script
        "осенью сосна",  # look-alikes within a text of its own script
        "ρgh and νt",  # formulas
        "10² km, ½ of it, H₂O",  # another meaning without the small digits
        "10000 m, www, see",
        "naïve café",
        "水の温度",
        "ΔT = 3 Ω",
        "мir",  # м looks like no Latin letter, so nothing is pretended
        "Cooool"[:4],
        "",
    ],
)
def test_what_means_something_stays(text: str) -> None:
    found = normalise(text)
    assert (found.text, found.disguised) == (text, False)


def test_positions_are_those_of_the_original() -> None:
    text = "w\u200bаt ﬁre sooooo"
    found = normalise(text)
    assert found.text == "wat fire so"
    assert [text[place] for place in found.positions] == list("wаt ﬁﬁre so")
    assert list(normalise("plain").positions) == [0, 1, 2, 3, 4]


def test_every_character_alone_is_read() -> None:
    """No character stops it, and none becomes something that it does not become again."""
    for number in range(0, sys.maxunicode + 1, 211):
        seen = normalise(chr(number)).text
        assert normalise(seen).text == seen


def test_look_alikes_are_single_letters_of_other_shapes_of_latin() -> None:
    for letter, latin in LOOK_ALIKES.items():
        assert latin.isascii() and latin.isalpha()
        assert unicodedata.normalize("NFKC", letter) != latin  # else the table would not be needed
