"""Words as in the English Web Treebank."""

import time

import pytest

from lectern.treebank import treebank_words


def cut(text: str) -> list[str]:
    return [text[span.start : span.end] for span in treebank_words(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I don't, can't and won't.", "I do n't , ca n't and wo n't ."),
        ("I don’t think it’s John’s.", "I do n’t think it ’s John ’s ."),
        ("DON'T! They're late; we'd've gone.", "DO N'T ! They 're late ; we'd 've gone ."),
        ("the students' books", "the students ' books"),
        ("cannot gonna dont", "can not gon na do nt"),
        ("a well-known e-mail from a co-worker", "a well - known e-mail from a co-worker"),
        ("and/or 9/11 on 11/28/2000 at 5:30pm", "and / or 9/11 on 11/28/2000 at 5:30 pm"),
        ("$5.50 or 50%, 1,000 of 20th", "$ 5.50 or 50 % , 1,000 of 20th"),
        ("10am, 5km", "10 am , 5 km"),
        ("Call 713-853-3989 or a.b@enron.com (see www.x.com/a?b=1).", None),
        ("Mr. Smith of the U.S. Army, etc.", "Mr. Smith of the U.S. Army , etc."),
        ("Wait... what?!! -- no", "Wait ... what ?!! -- no"),
        ('He said "yes" :) (really)', 'He said " yes " :) ( really )'),
        ("AT&T's O'Rourke", "AT&T 's O'Rourke"),
        ("It was I. no.", "It was I . no ."),
        ("👍👍", "👍 👍"),
        ("这门课", "这门课"),
        ("", ""),
    ],
)
def test_words(text: str, words: str | None) -> None:
    if words is None:
        words = "Call 713-853-3989 or a.b@enron.com ( see www.x.com/a?b=1 ) ."
    assert " ".join(cut(text)) == words


def test_what_stands_apart_already_stays_so() -> None:
    words = "She did n't read John 's book , and/or the students ' -- ca n't ... ( yes ) $ 5 % ."
    assert cut(words) == words.replace("and/or", "and / or").split()


def test_a_part_of_a_text_has_places_in_the_whole() -> None:
    text = "One two. Three four."
    assert [(w.start, w.end) for w in treebank_words(text, 9, 19)] == [(9, 14), (15, 19)]


def test_nothing_but_spaces_is_lost() -> None:
    text = "Éva's naïve €5 «test» — 3½ x² … #tag @you <b>bold</b> \x7f _a_ 'q' ``r''"
    assert "".join(cut(text)) == "".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "_" * 20_000,
        "a." * 10_000,
        "a-" * 10_000,
        "1." * 10_000,
        "'" * 20_000,
        "a@" * 10_000,
        "x" * 20_000,
        "9-" * 9_000,
    ],
)
def test_hostile_texts_take_no_longer(text: str) -> None:
    started = time.process_time()
    assert "".join(cut(text)) == text
    assert time.process_time() - started < 2
