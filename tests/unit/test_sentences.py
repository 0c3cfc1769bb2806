"""Where sentences end."""

import time

import pytest

from lectern.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He ran. She didn't.", ["He ran.", "She didn't."]),
        ("Really?! Yes... it is.", ["Really?!", "Yes... it is."]),
        ("Dr. Smith met Mr. J. R. Jones at 3.5 p.m. sharp. It rained.", 1),
        ("It is in Fig. 3, cf. Sec. 2. We see it.", ["It is in Fig. 3, cf. Sec. 2.", "We see it."]),
        ("Apples, pears etc. are fruit. The U.S. Army left.", ["Apples, pears etc. are fruit.", "The U.S. Army left."]),
        ("He lives in the U.S. The house is old.", ["He lives in the U.S.", "The house is old."]),
        ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
        ("See Liao et al. (2016). We differ.", ["See Liao et al. (2016).", "We differ."]),
        ("Is it so, i.e. is it? No. It is not.", ["Is it so, i.e. is it?", "No.", "It is not."]),
        ("It was I. He knew.", ["It was I.", "He knew."]),
        ("Chapter 1\nThe cell is small. It lives.", ["Chapter 1", "The cell is small.", "It lives."]),
        ("First:\n- one thing\n- another", ["First:", "- one thing", "- another"]),
        ("One\n\ntwo", ["One", "two"]),
        ("这是一句。这是第二句！", ["这是一句。", "这是第二句！"]),
        ("no mark at all", ["no mark at all"]),
        (" \n\t ", []),
        ("", []),
        ("...", ["..."]),
    ],
)
def test_sentences(text: str, expected: list[str] | int) -> None:
    if isinstance(expected, int):
        expected = ["Dr. Smith met Mr. J. R. Jones at 3.5 p.m. sharp.", "It rained."]
    assert cut(text) == expected


def test_a_line_that_is_broken_for_its_length_goes_on() -> None:
    text = "This is a line of more than sixty characters which is broken at\nits end for its length alone."
    assert cut(text) == [text]


def test_nothing_but_spaces_is_lost() -> None:
    text = "One. Two!\n\n  Three…  (Four.) 5. Six"
    assert "".join("".join(cut(text)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    "text", ["." * 20_000, "a. " * 7_000, "\n" * 20_000, "A.B." * 5_000, "!?" * 10_000, "(" * 20_000]
)
def test_hostile_texts_take_no_longer(text: str) -> None:
    started = time.process_time()
    sentences(text)
    assert time.process_time() - started < 1
