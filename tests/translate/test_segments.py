"""Sentences, what is carried over, and one script of Chinese."""

import pytest

from functions.translate.copies import marked
from functions.translate.pieces import SPECIALS, parts_of, plain, sentence_ids, writable, written
from functions.translate.segments import joined, segments
from lectern.chinese import han_share, printed, simplified


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Smith met Mr. Jones at 3.15 p.m. today.", ["Dr. Smith met Mr. Jones at 3.15 p.m. today."]),
        ('He said "no." She left.', ['He said "no."', "She left."]),
        ("你好吗？我很好。谢谢！", ["你好吗？", "我很好。", "谢谢！"]),
        ("你好吗?我很好", ["你好吗?", "我很好"]),
        ("“走吧。”他说。", ["“走吧。”", "他说。"]),
        ("A title\n\nA text. And more\n", ["A title", "A text.", "And more"]),
        ("See example.org/a.b for e.g. this.", ["See example.org/a.b for e.g. this."]),
        ("...", ["..."]),
    ],
)
def test_a_text_has_sentences(text: str, sentences: list[str]) -> None:
    found = segments(text)
    assert [segment.text for segment in found] == sentences
    assert "".join(segment.text + segment.space for segment in found) == text


@pytest.mark.parametrize("text", ["", " ", "\n\n", " a.  b. \n c ", "。。。", "a" * 5000, "a. " * 2000, ".\u3000。 !"])
def test_nothing_of_a_text_is_lost(text: str) -> None:
    assert "".join(segment.text + segment.space for segment in segments(text)) == text


def test_lines_stay_and_chinese_has_no_spaces() -> None:
    said = [("一。", " "), ("二。", "\n\n"), ("三。", "")]
    assert joined(said, "zh") == "一。二。\n\n三。"
    assert joined([("One.", ""), ("Two.", "\n"), ("Three.", "")], "en") == "One. Two.\nThree."


def test_what_is_carried_over_has_a_mark() -> None:
    told = marked("<b>Mail x@y.org or see https://a.b/c?d=1, then <i>pay 1,250.</b>", "en", lambda _: True)
    assert (told.before, told.after) == ("<b>", "</b>")
    assert told.copies == ("x@y.org", "https://a.b/c?d=1", "<i>") and told.left == 1
    assert told.parts == ("Mail ", 0, " or see ", 1, ", then ", 2, "pay 1,250.")
    assert told.restored("<2>、<1>，<3>") == "<b>https://a.b/c?d=1、x@y.org，<i></b>"
    assert told.lost("<1> <2>") and told.lost("<1><1><2><3>") and not told.lost("<3><1><2>")


def test_only_names_that_the_vocabulary_lacks_are_carried_over() -> None:
    known = {"\u2581Boston"}.__contains__
    assert marked("We flew from Boston to Ouagadougou.", "en", known).copies == ("Ouagadougou",)
    assert marked("We left on Friday.", "en", known).copies == ()
    assert marked("Ouagadougou is far.", "en", known).copies == ()
    assert marked("我用Python写程序。", "zh", known).copies == ("Python",)


def test_a_mark_that_somebody_writes_is_text() -> None:
    """In the request `<1>` is three characters; only what is marked here becomes the token."""
    told = marked("Is <1> a digit?", "en", lambda _: True)
    assert told.copies == () and told.parts == ("Is <1> a digit?",)


def test_a_sentence_in_tokens() -> None:
    tokens = {"\u2581Tom": 20, "\u2581likes": 21, ".": 22, "\u2581": 23, "我": 24, "们": 25}

    def ids(run: str) -> list[int]:
        return [tokens[part] for part in run.replace("\u2581", " \u2581").replace(".", " .").split()]

    assert sentence_ids(parts_of("Tom likes <2>."), "en", ids) == [20, 21, SPECIALS.index("<2>"), 22]
    assert sentence_ids(["我们"], "zh", ids) == [24, 25]
    assert written(["\u2581Tom", "\u2581likes", "<2>", "."], "en") == "Tom likes <2>."
    assert written(["我", "们", "<1>", "。"], "zh") == "我们<1>。"


def test_chinese_is_written_by_character() -> None:
    assert [writable(token, "zh") for token in ("我", "a", "\u2581Tom", "<1>", "</s>", "<unk>", "<2en>")] == [
        True, True, False, True, True, False, False,
    ]  # fmt: skip
    assert [writable(token, "en") for token in ("我", "\u2581Tom", "<pad>", "</s>")] == [False, True, False, True]


def test_traditional_characters_become_simplified() -> None:
    assert simplified("這個學生後來寫著一本著名的書。") == "这个学生后来写着一本著名的书。"
    assert simplified("已经是简体字 and English") == "已经是简体字 and English"
    assert printed("妳好,ＡＢＣ１２!") == "你好，ABC12!"
    assert printed("3.5, yes!") == "3.5, yes!"
    assert plain("“It’s”  fine", "en") == '"It\'s" fine'


def test_the_share_of_ideographs() -> None:
    assert han_share("我爱Tom") == pytest.approx(2 / 5)
    assert han_share("123!") == 1.0
