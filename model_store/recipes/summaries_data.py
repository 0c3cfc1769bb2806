"""SciTLDR's abstracts as sentences with one-sentence summaries, and sections of a textbook with the terms defined."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_store.errors import DataError
from model_store.recipes.data import read_rows

FILE, SECTIONS = "scitldr_a.jsonl.gz", "openstax_python_sections.jsonl.gz"


@dataclass(frozen=True)
class Abstract:
    """The sentences of an abstract, its summaries, and whether it is kept for development."""

    sentences: tuple[str, ...]
    references: tuple[str, ...]
    held: bool


@dataclass(frozen=True)
class Section:
    """A section of a textbook: its text, and the terms that it defines."""

    title: str
    text: str
    terms: tuple[str, ...]


def read_abstracts(data: Path) -> list[Abstract]:
    """The training and the development abstracts. Raises FileNotFoundError, or DataError naming file and line."""
    rows = enumerate(read_rows(data / FILE, ("split", "source", "target")), start=1)
    return [_abstract(row, f"{FILE}, line {number}") for number, row in rows if row["split"] in ("train", "dev")]


def read_sections(data: Path) -> list[Section]:
    """The sections that define a term. Raises FileNotFoundError, or DataError naming file and line."""
    return list(_sections(data))


def abstracts_digest(abstracts: Sequence[Abstract]) -> str:
    """SHA-256 over what was read."""
    content = [[one.sentences, one.references, one.held] for one in abstracts]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def _abstract(row: dict[str, Any], where: str) -> Abstract:
    sentences, references = (_texts(row[name], where) for name in ("source", "target"))
    return Abstract(sentences, references, row["split"] == "dev")


def _texts(found: Any, where: str) -> tuple[str, ...]:
    """The texts of a list that say something: a sentence or two of the set are empty."""
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise DataError(f"{where}: source and target must be lists of sentences")
    texts = tuple(text.strip() for text in found if text.strip())
    if not texts:
        raise DataError(f"{where}: source and target must be lists of sentences")
    return texts


def _sections(data: Path) -> Iterator[Section]:
    for row in read_rows(data / SECTIONS, ("text", "section", "terms")):
        if row["terms"]:
            yield Section(row["section"], row["text"], tuple(map(str, row["terms"])))
