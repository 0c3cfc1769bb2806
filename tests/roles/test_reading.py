"""A text as rows: parts of long sentences, and what is too much to read."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from functions.roles import task
from functions.roles.frames import frame, marked, predicates
from functions.roles.reading import first_word, sentence_rows, word_tokens, words_of
from functions.roles.rows import MOST_PIECES, WordReader
from functions.roles.schemas import RolesRequest
from lectern.errors import InvalidRequest
from lectern.model import Encoding


class Letters:
    """A tokenizer that makes a token of each letter."""

    def encode(self, word: str, add_special_tokens: bool) -> SimpleNamespace:
        assert not add_special_tokens
        return SimpleNamespace(ids=[ord(letter) for letter in word if letter.isalpha()])


READER = WordReader(cast(Any, Letters()))


def test_words_know_their_first_tokens() -> None:
    (row,) = sentence_rows(["ab", "c", "."], 7, READER, 100)
    assert row.input_ids == [101, 97, 98, 99, 100, 102], "what gives no token is unknown"
    assert (first_word(row), word_tokens(row)) == (7, [1, 3, 4])


def test_a_long_sentence_is_cut_after_a_mark_and_loses_no_word() -> None:
    words = ["aa", "bb", ",", "cc", "dd", "ee", "ff"]
    rows = sentence_rows(words, 0, READER, 10)
    assert [first_word(row) for row in rows] == [0, 3, 7][:2]
    assert sum(len(word_tokens(row)) for row in rows) == len(words)
    assert all(len(row.input_ids) <= 10 for row in rows)


def test_without_marks_it_is_cut_where_it_is_full() -> None:
    rows = sentence_rows(["ab"] * 11, 0, READER, 10)
    assert [len(word_tokens(row)) for row in rows] == [4, 4, 3]


def test_a_word_without_end_has_an_end() -> None:
    (row,) = sentence_rows(["xy" * 2_500], 0, READER, 100)
    assert len(row.input_ids) == MOST_PIECES + 2


def test_words_are_places_in_the_text() -> None:
    text = "He ran.\n\nShe didn't."
    words = words_of(text)
    assert [text[a:b] for a, b in ((p.start, p.end) for p in words.places)] == [
        "He",
        "ran",
        ".",
        "She",
        "did",
        "n't",
        ".",
    ]
    assert [(s.start, s.end) for s in words.sentences] == [(0, 3), (3, 7)]


def test_a_predicate_is_marked_and_its_scores_become_spans() -> None:
    row = Encoding([101, 5, 6, 7, 102], [0] * 5, [0, 1, 3])
    scores = np.full((5, 4), -1, dtype=np.float32)
    scores[2:4, 0] = 1
    assert predicates(row, scores.ravel()) == [1], "a token that begins no word is no predicate"
    (one,) = marked(row, [1])
    assert one.token_type_ids == [0, 0, 0, 1, 0]
    scores[1, 2] = 9
    assert frame(one, scores.ravel(), ["ARG0"]) == (1, [(0, 0, 1)])
    unheard_of = np.array([[0, 0, 0], [-30, 0, 0], [0, 0, 0]])
    assert frame(one, scores.ravel(), ["ARG0"], unheard_of) == (1, []), "no predicate follows an argument of one word"


def test_more_than_can_be_read_is_refused_with_limit_and_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task, "MOST_TOKENS", 30)
    row = Encoding([101, 5, 6, 7, 102], [0] * 5, [0, 1, 2, 3])
    everything = np.ones((5, 4), dtype=np.float32).ravel()
    request = RolesRequest(text="run run run")
    assert len(task.then(request, [row], [everything], cast(Any, None))) == 3
    with pytest.raises(InvalidRequest) as caught:
        task.then(request, [row, row], [everything, everything], cast(Any, None))
    assert caught.value.errors[0].msg == "has 6 predicates, with 40 tokens to read for them; the limit is 30"
