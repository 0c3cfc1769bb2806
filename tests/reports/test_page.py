"""The page: nothing that runs, nobody's name, pictures with words, and figures that are there."""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from lectern.reports import Row, Tally
from lectern.reports.cost import Price
from lectern.reports.drift import Earlier
from lectern.reports.figures import figures
from lectern.reports.page import count, money, page, percent, price, signed

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&{{ 7*7 }}"


class Read(HTMLParser):
    """Elements, their attributes, and text outside of styles."""

    VOID = frozenset({"meta", "line", "rect", "circle", "polyline", "br"})

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data if self.open[-1:] != ["style"] else ""


def a_tally(students: int = 30, **more: object) -> Tally:
    tally = Tally()
    for number in range(students):
        for question in ("q1", "q2", "q3"):
            score = float((number * 7 + len(question)) % 5) / 4
            tally.add(
                Row(
                    question,
                    f"secret-{number}",
                    f"Question {question}",
                    f"answer {number % 4}",
                    score=score,
                    label="correct" if score > 0.5 else "incorrect",
                    confidence=0.5 + number / 60,
                    needs_review=number % 9 == 0,
                    model_version="1.1.0",
                    mark=score if number % 2 else None,
                    **more,  # type: ignore[arg-type]
                )
            )
    return tally


def drawn(tally: Tally, title: str = "Class 7b") -> Read:
    rate = Price(0.00001, "USD", "2026-01-31", "an example")
    earlier = [Earlier("Monday", a_tally(20)), Earlier(HOSTILE, a_tally(25))]
    read = Read(page(title, figures(tally, earlier=earlier, memory_mb=1024, price=rate)))
    assert read.open == []
    return read


def test_names_and_answers_do_not_run() -> None:
    tally = a_tally()
    for number in range(12):
        tally.add(Row(HOSTILE, f"s{number}", HOSTILE, HOSTILE, model_version=HOSTILE, confidence=0.5))
    read = drawn(tally, HOSTILE)
    assert not {tag for tag, _ in read.tags} & {"script", "img", "iframe", "object", "link", "form", "a", "use"}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert read.text.count(HOSTILE) >= 4


def test_it_asks_nobody_for_anything() -> None:
    document = page("T", figures(a_tally()))
    assert not re.search(r"(?:src|href|url|import|@font-face)\s*[=(]", document)
    assert "default-src 'none'" in document


def test_no_student_is_in_it() -> None:
    assert "secret" not in page("T", figures(a_tally()))


def test_an_answer_that_only_one_gave_is_not_shown() -> None:
    tally = Tally()
    for answer in ("my name is Zoe", "air", "Air."):
        tally.add(Row("q", "s", "Why?", answer, confidence=0.5))
    document = page("T", figures(tally))
    assert "Zoe" not in document and "2 ×" in document


def test_every_picture_says_what_it_shows() -> None:
    pictures = [attributes for tag, attributes in drawn(a_tally()).tags if tag == "svg"]
    assert len(pictures) > 8
    assert all(picture["role"] == "img" and len(picture["aria-label"] or "") > 8 for picture in pictures)


def test_headings_go_down_by_one_and_tables_name_their_columns() -> None:
    tags = [tag for tag, _ in drawn(a_tally()).tags]
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1 and all(b - a <= 1 for a, b in pairwise(levels))
    assert all(a["scope"] for tag, a in drawn(a_tally()).tags if tag == "th")


def test_ids_are_unique_and_labels_point_at_them() -> None:
    read = drawn(a_tally())
    ids = [attributes["id"] for _, attributes in read.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["aria-labelledby"] for _, a in read.tags if "aria-labelledby" in a} <= set(ids)


@pytest.mark.parametrize("count_of_students", [0, 1, 2])
def test_little_is_drawn_too(count_of_students: int) -> None:
    read = Read(page("T", figures(a_tally(count_of_students)), "class"))
    assert read.open == [] and "NaN" not in read.text and "None" not in read.text


def test_many_questions_stay_a_page() -> None:
    tally = Tally()
    for number in range(1000):
        tally.add(Row(f"q{number}", "s", "?" * 500, "wrong " * 3000, confidence=0.5))
    document = page("T", figures(tally))
    assert len(document) < 400_000
    assert ", a sample" in document and "more questions are in the CSV" in document


def test_the_same_tally_is_the_same_page() -> None:
    assert page("T", figures(a_tally())) == page("T", figures(Tally.from_bytes(a_tally().to_bytes())))


def test_numbers_as_people_read_them() -> None:
    assert [percent(0.126), percent(None), percent(0.126, 1)] == ["13 %", "–", "12.6 %"]
    assert [signed(-0.034), signed(0.5)] == ["−3.4", "+50.0"]
    assert count(1234567) == "1\u202f234\u202f567"
    amounts = [money(value) for value in (0.0000437, 0.001234, 0.5, 12.345, 0)]
    assert amounts == ["0.000044", "0.0012", "0.5", "12.35", "0"]
    assert [price(0.0000166667), price(2.0)] == ["0.0000166667", "2"]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_has_contrast(mode: str) -> None:
    """At least 4.5 to 1 for text (WCAG 2.2, 1.4.3)."""
    document = page("T", figures(a_tally()))
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#\w+)", part)) for part in re.findall(r":root \{(.*?)\}", document, re.S)
    )
    colours = light if mode == "light" else light | dark
    for name in ("ink", "soft", "warn", "good", "bad"):
        assert _contrast(colours[name], colours["paper"]) >= 4.5, name
        assert _contrast(colours[name], colours["back"]) >= 4.5, name
    for name in ("accent", "correct", "contradictory"):
        assert _contrast(colours[name], colours["paper"]) >= 3, name


def _contrast(first: str, second: str) -> float:
    dark, light = sorted((_luminance(first), _luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
