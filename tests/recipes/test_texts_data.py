"""Labelled texts: what is kept apart stays apart, and damaged files are told."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from model_store.errors import DataError
from model_store.recipes.groups import near_groups
from model_store.recipes.natural import natural
from model_store.recipes.texts_data import parts_of, read_texts

PHRASES = ["label\ttext", "1\ta fine film", "0\tdull and long", "1\tfine film", "0\ta fine film , but dull"]
SENTENCES: list[dict[str, Any]] = [
    {"task": "fine", "split": "train", "label": 3, "text": "a fine film , really"},
    {"task": "fine", "split": "train", "label": 2, "text": "it is dull and long ."},
    {"task": "binary", "split": "train", "label": 1, "text": "a fine film , really"},
    {"task": "binary", "split": "dev", "label": 0, "text": "A fine film, but dull"},
]


def write(path: Path, lines: list[str]) -> None:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "sst2_train_phrases.tsv.gz", PHRASES)
    write(tmp_path / "sst_sentences.jsonl.gz", [json.dumps(row) for row in SENTENCES])
    return tmp_path


def test_sentences_have_their_phrases_and_none_is_a_development_sentence(folder: Path) -> None:
    found = read_texts("sst2", folder)
    assert [(text.text, text.label, text.parts) for text in found if not text.phrase and not text.held] == [
        ("a fine film , really", "positive", (("a fine film", "positive"), ("fine film", "positive"))),
        ("it is dull and long .", "", (("dull and long", "negative"),)),
    ]
    assert [text.text for text in found if text.held] == ["A fine film, but dull"]
    assert [text.text for text in found if text.phrase] == ["a fine film", "dull and long", "fine film"]


def test_a_whole_sentence_is_no_part_of_itself() -> None:
    assert parts_of("a b c", {"a b c": "x", "a": "x", "b c": "y"}) == (("b c", "y"),)


@pytest.mark.parametrize("line", ["2\tgood", "good", "1\t  "])
def test_a_phrase_without_label_or_text_is_told_with_its_line(folder: Path, line: str) -> None:
    write(folder / "sst2_train_phrases.tsv.gz", [*PHRASES, line])
    with pytest.raises(DataError, match=r"sst2_train_phrases\.tsv\.gz, line 6"):
        read_texts("sst2", folder)


def test_damaged_and_missing_files_are_told(folder: Path) -> None:
    path = folder / "sst2_train_phrases.tsv.gz"
    path.write_bytes(path.read_bytes()[:-12])
    with pytest.raises(DataError, match="sst2_train_phrases"):
        read_texts("sst2", folder)
    with pytest.raises(FileNotFoundError):
        read_texts("trec", folder)


def question(text: str, label: str = "LOC") -> str:
    return json.dumps({"text": text, "label": label, "fine": "city", "split": "train"})


def test_a_tenth_of_the_questions_is_kept_and_always_the_same(tmp_path: Path) -> None:
    lines = [question(f"Where is town number {n} ?") for n in range(2000)]
    write(tmp_path / "trec.jsonl.gz", [*lines, lines[0]])
    first = read_texts("trec", tmp_path)
    write(tmp_path / "trec.jsonl.gz", lines[::-1])
    again = {text.text: text.held for text in read_texts("trec", tmp_path)}
    assert len(first) == 2000 and {text.text: text.held for text in first} == again
    assert 150 < sum(again.values()) < 250
    assert {(text.label, text.finer) for text in first} == {("location", "LOC:city")}


def test_a_label_that_nobody_knows_is_told(tmp_path: Path) -> None:
    write(tmp_path / "trec.jsonl.gz", [question("Where ?", "PLACE")])
    with pytest.raises(DataError, match="PLACE"):
        read_texts("trec", tmp_path)


def test_questions_that_are_nearly_the_same_are_on_one_side(tmp_path: Path) -> None:
    stems = [f"Explain the {a} of the {b} in your own words" for a in ("use", "cause", "end") for b in range(200)]
    rows = [{"text": f"{stem}{end}", "level": 2} for stem in stems for end in (".", ", please!")]
    write(tmp_path / "bloom_questions.jsonl.gz", [json.dumps(row) for row in rows])
    sides: dict[str, set[bool]] = {}
    for text in read_texts("bloom", tmp_path):
        sides.setdefault(text.text.split(".")[0].split(",")[0], set()).add(text.held)
    assert all(len(side) == 1 for side in sides.values())


def test_groups_go_by_chains_of_alike_texts() -> None:
    texts = ["a b c d e", "a b c d f", "x y z", "a b c g f", "x y w v u"]
    assert near_groups(texts) == ["a b c d e", "a b c d e", "x y z", "a b c d e", "x y w v u"]


@pytest.mark.parametrize(
    ("tokenised", "written"),
    [
        ("it 's fine , is n't it ?", "it's fine, isn't it?"),
        ("they wo n't do ; i 'd go -lrb- once -rrb- !", "they won't do; i'd go (once)!"),
        ("`` fine ''", '" fine "'),
    ],
)
def test_text_as_people_write_it(tokenised: str, written: str) -> None:
    assert natural(tokenised) == written
