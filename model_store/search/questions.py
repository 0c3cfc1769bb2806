"""What search is measured on: sections of a textbook as documents, their titles and defined terms as queries.

A document is a section's text alone. Titles are not indexed, and a first line that repeats the title is taken out, so
that a query never meets a copy of itself as a header. Titles that more than two sections have ask for none of them.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lectern.search.documents import Document
from model_store.errors import DataError

FILE = "openstax_python_sections.jsonl.gz"
SOURCE, LICENCE = "OpenStax, Introduction to Python Programming", "CC BY 4.0"

MOST_NAMESAKES = 2


@dataclass(frozen=True)
class Question:
    """A query, the documents that answer it, and whether choices may be made on it; the others are reported on."""

    text: str
    kind: str
    answers: frozenset[str]
    is_for_choosing: bool


def read_sections(data: Path) -> list[dict[str, Any]]:
    """The sections with text. Raises OSError, or DataError for lines that are none."""
    with gzip.open(data / FILE, "rt", encoding="utf-8") as lines:
        try:
            sections = [json.loads(line) for line in lines]
            return [section for section in sections if section["text"].strip()]
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{FILE} has a line that is no section") from error


def documents(sections: list[dict[str, Any]]) -> list[Document]:
    """The sections as documents without titles."""
    return [Document(id=section["id"], text=_untitled(section)) for section in sections]


def questions(sections: list[dict[str, Any]]) -> list[Question]:
    """Titles and terms, each with the sections that it names or that define it."""
    titles, terms = defaultdict(list), defaultdict(list)
    for section in sections:
        titles[(section["section"] or "").strip()].append(section)
        for term in section["terms"]:
            terms[term.strip().casefold()].append(section)
    return [*_asked("title", titles), *_asked("term", terms)]


def _asked(kind: str, named: dict[str, list[dict[str, Any]]]) -> Iterator[Question]:
    for text, sections in sorted(named.items()):
        if text and (kind == "term" or len(sections) <= MOST_NAMESAKES):
            answers = frozenset(section["id"] for section in sections)
            yield Question(text, kind, answers, _is_for_choosing(sections[0]["module"]))


def _is_for_choosing(module: str) -> bool:
    """Whole modules go to one half, by a digest of their name."""
    return hashlib.sha256(module.encode()).digest()[0] % 2 == 0


def _untitled(section: dict[str, Any]) -> str:
    first, _, rest = str(section["text"]).partition("\n")
    same = first.strip(" .:").casefold() == (section["section"] or "").strip(" .:").casefold()
    return rest if same and rest.strip() else str(section["text"])
