"""How search is measured: the queries, what is chosen by them, and the proof that a build is the model."""

import dataclasses
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lectern.search.index import Found
from model_store.build.builder import build
from model_store.build.quantise import DEFAULT
from model_store.catalogue import read_model
from model_store.errors import DataError, ReferenceMismatch
from model_store.search.asked import Asked, reciprocal
from model_store.search.fusions import by_sums, chosen, fusions
from model_store.search.questions import FILE, documents, questions, read_sections
from model_store.search.schemes import SCHEMES, Tried, smallest

TITLES = ("Loops", "Introduction", "Introduction", "Introduction", "Lists")


@pytest.fixture
def sections(tmp_path: Path) -> list[dict[str, Any]]:
    rows = [
        {
            "id": f"m{n}#0",
            "module": f"m{n}",
            "section": title,
            "text": f"{title}\nBody {n}.",
            "terms": ["Term", f"t{n}"],
        }
        for n, title in enumerate(TITLES)
    ]
    rows.append(rows[0] | {"id": "empty", "text": " "})
    (tmp_path / FILE).write_bytes(gzip.compress("\n".join(map(json.dumps, rows)).encode()))
    return read_sections(tmp_path)


def test_a_document_holds_neither_its_title_nor_a_line_that_repeats_it(sections: list[dict[str, Any]]) -> None:
    assert next((one.id, one.text, one.title) for one in documents(sections)) == ("m0#0", "Body 0.", "")
    assert len(sections) == 5, "a section without text is none"


def test_titles_that_many_sections_have_ask_for_none(sections: list[dict[str, Any]]) -> None:
    asked = questions(sections)
    assert [one.text for one in asked if one.kind == "title"] == ["Lists", "Loops"]
    (term,) = (one for one in asked if one.text == "term")
    assert term.answers == {f"m{n}#0" for n in range(5)}


def test_choices_are_made_on_whole_modules(sections: list[dict[str, Any]]) -> None:
    by_module: dict[str, set[bool]] = {}
    for one in questions(sections):
        if len(one.answers) == 1:
            by_module.setdefault(min(one.answers), set()).add(one.is_for_choosing)
    assert all(len(halves) == 1 for halves in by_module.values())
    assert set().union(*by_module.values()) == {True, False}


def test_a_file_that_holds_no_sections_is_told(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(gzip.compress(b'{"text": "no id"}\n{'))
    with pytest.raises(DataError, match="openstax"):
        read_sections(tmp_path)


def test_the_reciprocal_rank() -> None:
    assert reciprocal(["a", "b", "c"], frozenset({"c", "b"})) == 0.5
    assert reciprocal(["x"] * 10 + ["a"], frozenset({"a"})) == 0


def test_the_smallest_file_that_is_near_enough() -> None:
    def tried(megabytes: float, mean: float, least: float, mrr: float = 0.6) -> Tried:
        facts = {"megabytes": megabytes, "mean_cosine": mean, "least_cosine": least, "mrr": mrr, "mrr_fp32": 0.6}
        return Tried(DEFAULT, Asked([], []), facts)

    small, good, large = tried(20, 0.995, 0.969), tried(25, 0.992, 0.971), tried(60, 0.999, 0.999)
    assert smallest([small, large, good, tried(21, 0.995, 0.98, 0.589)]) is good
    with pytest.raises(DataError):
        smallest([small])
    assert not any(scheme.saturates for scheme in SCHEMES)


def test_what_can_not_be_told_from_the_best_is_as_good() -> None:
    chance = np.random.default_rng(0)
    noise = chance.normal(size=400) / 10
    table = {"sum, 0.7": 0.6 + noise, "sum, 0.5": 0.599 - noise, "ranks, 0.5": 0.5 + noise, "sum, 0.3": 0.3 + noise}
    assert chosen(table) == "sum, 0.5"
    assert set(fusions()) >= {"weighted sum, 0.5", "reciprocal ranks + 60, 0.5"}


def test_a_weighted_sum_by_hand() -> None:
    meaning = [Found(1, 10, 0.9), Found(2, 20, 0.5), Found(3, 30, 0.4)]
    found = by_sums(meaning, [Found(2, 21, 7.0), Found(4, 40, 3.0)], 0.5)
    assert [one.document for one in found] == [2, 1, 3, 4]
    assert found[0].score == pytest.approx(0.5 * 0.1 / 0.5 + 0.5)
    assert by_sums([], [], 0.5) == []
    assert [one.score for one in by_sums([Found(1, 1, 0.3)], [], 0.5)] == [0.5]


def test_a_build_that_is_not_the_reference_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = read_model("search")
    adapter = tmp_path / "search"
    adapter.mkdir()
    for path in model.adapter.iterdir():
        (adapter / path.name).write_bytes(path.read_bytes())
    rows = json.loads((adapter / "reference.json").read_text())
    rows[0]["logits"][0] += 0.01
    (adapter / "reference.json").write_text(json.dumps(rows))
    with pytest.raises(ReferenceMismatch, match="away from transformers"):
        build(dataclasses.replace(model, adapter=adapter))
