"""What is counted in an answer's text: the same whether its words came before or not."""

import zlib

import pytest

from functions.grading.features import BUCKETS, hashed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("The lamp, the lamp's off!", ["the", "lamp", "lamp's", "off"]),
        ("a " + "ab" * 30, ["a", "ab" * 30]),
        ("Öl über é", ["öl", "über", "é"]),
    ],
)
def test_buckets_are_those_of_each_words_n_grams(answer: str, words: list[str]) -> None:
    grams = {
        f" {word} "[start : start + n] for word in words for n in (2, 3, 4, 5) for start in range(len(word) + 3 - n)
    }
    expected = sorted({zlib.crc32(gram.encode()) % BUCKETS for gram in grams})
    assert hashed(answer) == expected
    assert hashed(answer) == expected


@pytest.mark.parametrize("answer", ["", "!?"])
def test_an_answer_without_a_word_has_one_bucket(answer: str) -> None:
    assert hashed(answer) == [zlib.crc32(b" ") % BUCKETS]
