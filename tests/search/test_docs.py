"""The requests of docs/search.md, sent as they stand; what the page says of limits and figures is true."""

import json
import re
from pathlib import Path

from functions.search import collecting, schemas, task
from lectern.search.changing import MOST_PASSAGES
from lectern.search.documents import LONGEST_TEXT
from lectern.search.reader import PASSAGE
from lectern.settings import Settings
from model_store.search.fusions import SHIPPED
from tests.search.conftest import Ask

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "search.md").read_text("utf-8")
REQUESTS = re.findall(r"```http\n(\w+) (\S+)\n(?:\n(.*?))?```", PAGE, flags=re.DOTALL)


def test_the_requests_of_the_page(ask: Ask) -> None:
    made, found, removed = (ask(method, path, json.loads(body) if body else None) for method, path, body in REQUESTS)
    assert made["documents"] == 2
    assert found["hits"][0]["document_id"] == "ice"
    assert removed["removed"] == "ice"


def test_the_limits_of_the_page() -> None:
    for limit in (schemas.MOST_TEXTS, task.MOST_WINDOWS, schemas.MOST_DOCUMENTS, collecting.MOST_PASSAGES):
        assert re.search(rf"\b{limit}\b", PAGE.split("## Limits")[1])
    for number in (LONGEST_TEXT, MOST_PASSAGES, schemas.LONGEST_QUERY):
        assert f"{number:,}" in PAGE
    assert f"at most {PASSAGE} tokens" in PAGE
    assert f"({Settings.model_fields['search_megabytes'].default})" in PAGE


def test_the_figures_are_of_what_ships() -> None:
    figures = json.loads((DOCS / "results/search.json").read_text("utf-8"))
    assert figures["fusion"] == figures["fusion_shipped"] == SHIPPED
    (chosen,) = (row for row in figures["schemes"] if row["chosen"])
    assert chosen["mean_cosine"] >= 0.99 and chosen["least_cosine"] >= 0.97
    assert all(abs(less["mean"]) <= 0.01 for less in figures["int8_less_fp32"].values())
    assert all(less["mean"] >= 0 for less in figures["both_less"].values()), "both are at least as good as either"
    card = (DOCS.parent / "model_store/adapters/search/card.md").read_text("utf-8")
    assert f"{figures['mrr']['all']['both']['mean']:.3f}" in card


def test_every_link_is_there() -> None:
    for page in ("search.md", "adr/0020-exact-search-in-the-function.md", "results/search.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", (DOCS / page).read_text("utf-8")):
            assert (DOCS / page).parent.joinpath(target).exists(), target
