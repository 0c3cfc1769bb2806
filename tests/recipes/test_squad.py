"""SQuAD as the recipe reads it: answers in their places, articles on one side each, questions made unanswerable."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from model_store.errors import DataError
from model_store.recipes.squad import edits
from model_store.recipes.squad.data import read_squad, squad_digest, use_of

NILE = {
    "title": "Nile",
    "p": 0,
    "context": "In 1858 Speke saw the lake. The White Nile leaves it, and goes a long way through the hills and the "
    "marshes of the north before it is seen again. In 1862 Speke saw the falls.",
    "qas": [
        {"q": "When did Speke see the falls? ", "a": ["1862"], "start": 57},
        {"q": "Who saw the falls?", "a": ["Speke"], "start": 8, "occ": 2},
        {"q": "Which river leaves the lake?", "a": ["White Nile", "The White Nile"], "start": 32},
        {"q": "Who sold the falls?", "a": []},
    ],
}


def write(path: Path, *rows: Any) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def test_an_answer_stands_where_the_question_means_it(tmp_path: Path) -> None:
    (found,) = read_squad(write(tmp_path / "a.jsonl.gz", NILE))
    assert [asked.start for asked in found.asked] == [149, 154, 32, -1]
    assert [asked.answers for asked in found.asked][2:] == [("White Nile", "The White Nile"), ()]
    assert found.asked[0].question == "When did Speke see the falls?"


def test_an_occurrence_within_a_word_is_not_meant(tmp_path: Path) -> None:
    row = {
        **NILE,
        "context": "Wartime was long. They called it war.",
        "qas": [{"q": "Wartime was what?", "a": ["war"]}],
    }
    assert read_squad(write(tmp_path / "a.jsonl.gz", row))[0].asked[0].start == 33


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"qas": [{"q": "Who?", "a": ["Burton"]}]}, r"a\.jsonl\.gz, paragraph 0 of Nile lacks the answer to 'Who\?'"),
        ({"qas": [{"q": "Who?", "a": [""]}]}, "lacks the answer"),
        ({"qas": [{"q": "Who?"}]}, "has a question without text or answers"),
        ({"qas": ["Who?"]}, "has a question without text or answers"),
        ({"context": None}, "line 1 lacks context"),
    ],
)
def test_a_damaged_row_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_squad(write(tmp_path / "a.jsonl.gz", {**NILE, **change}))


def test_a_file_that_is_missing_or_cut_short(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_squad(tmp_path / "a.jsonl.gz")
    whole = write(tmp_path / "a.jsonl.gz", *[NILE] * 50).read_bytes()
    (tmp_path / "a.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"a\.jsonl\.gz is damaged or cut short"):
        read_squad(tmp_path / "a.jsonl.gz")


def test_articles_have_one_use_whatever_the_file() -> None:
    """By the title alone, as v2.0's articles are v1.1's too."""
    uses = {title: use_of(title) for title in ("Oxygen", "Rhine", "Force", "Warsaw", "Teacher")}
    assert uses == {
        "Oxygen": "chosen on",
        "Rhine": "chosen on",
        "Force": "learnt",
        "Warsaw": "told of",
        "Teacher": "chosen on",
    }


def test_the_digest_is_of_everything_that_is_read(tmp_path: Path) -> None:
    first = read_squad(write(tmp_path / "a.jsonl.gz", NILE))
    other = read_squad(write(tmp_path / "b.jsonl.gz", {**NILE, "title": "Congo"}))
    assert squad_digest(first) != squad_digest(other)
    assert squad_digest(first) == squad_digest(list(first))


OTHERS = ["Who led the Royal Society in London?", "What was melted near Lake Victoria?"]


@pytest.mark.parametrize(
    ("edit", "question", "options"),
    [
        (
            edits.another_entity,
            "Where did Richard Burton travel?",
            {"Where did Royal Society travel?", "Where did London travel?", "Where did Lake Victoria travel?"},
        ),
        (edits.opposite, "What was the largest lake?", {"What was the smallest lake?"}),
        (edits.opposite, "First of all?", {"Last of all?", "Second of all?", "First of none?"}),
        (
            edits.negated,
            "Why did he leave?",
            {"Why didn't he leave?", "Why did not he leave?", "Why did never he leave?"},
        ),
        (edits.another_word, "What was printed?", {"What was melted?"}),
        (edits.another_entity, "where did he go?", {""}),
        (edits.another_number, "How many?", {""}),
        (edits.opposite, "Who is it?", {""}),
    ],
)
def test_an_edit(edit: edits.Edit, question: str, options: set[str]) -> None:
    assert {edit(question, OTHERS, random.Random(seed)) for seed in range(60)} == options


def test_another_number_is_of_the_same_kind() -> None:
    for seed in range(40):
        year = int(edits.another_number("What of 1862 then?", [], random.Random(seed)).split()[2])
        assert 1822 <= year <= 1902 and year != 1862
        count = edits.another_number("Are 4,500.5 enough?", [], random.Random(seed)).split()[1]
        assert len(count) == 7 and count[1] == "," and count[5] == "." and count[0] not in "40"


def test_an_edited_question_is_another_one_or_nothing() -> None:
    for seed in range(50):
        chance = random.Random(seed)
        assert edits.edited("Who was the first to see Lake Albert in 1864?", OTHERS, chance) not in ("", "Who was…")
        assert edits.edited("Hm?", [], chance) == ""


def test_every_antonym_goes_both_ways() -> None:
    for word, others in edits.OPPOSITES.items():
        assert all(word in edits.OPPOSITES[other] for other in others)
        assert word not in others
