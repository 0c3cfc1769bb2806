import pytest

from lectern.text import clean, is_blank


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("plain", "plain"),
        ("a\x00b\x1bc", "abc"),
        ("tab\tline\nend\r", "tab\tline\nend\r"),
        ("e\u0301 👍🏽", "e\u0301 👍🏽"),
        ("", ""),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@pytest.mark.parametrize(
    ("text", "blank"),
    [("", True), (" \n\u3000\xa0", True), ("\u200b\u200d\ufeff\x00", True), (".", False), ("0", False), ("😀", False)],
)
def test_is_blank(text: str, blank: bool) -> None:
    assert is_blank(text) is blank
