"""PropBank's propositions on the English Web Treebank as a recipe meets them: sentences of words with their frames."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_store.errors import DataError
from model_store.recipes.data import read_rows
from model_store.roles_metrics import Argument

FILE = "propbank_ewt.jsonl.gz"

LEAST_SEEN = 10
"""A role that fewer arguments have is not learnt; it counts as missed."""


@dataclass(frozen=True)
class Sentence:
    """Words, and the arguments of each predicate by the place of its word. `held` ones are kept for development."""

    words: tuple[str, ...]
    frames: dict[int, tuple[Argument, ...]]
    held: bool
    syntax: tuple[tuple[str, str, int], ...] = ()
    """Of each word its part of speech, its relation to its head, and that one's place (-1: none); or not told."""


def read_sentences(data: Path) -> list[Sentence]:
    """The training and the development sentences. Raises FileNotFoundError, or DataError naming file and line."""
    rows = enumerate(read_rows(data / FILE, ("split", "tokens", "props")), start=1)
    return [_sentence(row, f"{FILE}, line {number}") for number, row in rows if row["split"] in ("train", "dev")]


def sentences_digest(sentences: Sequence[Sentence]) -> str:
    """SHA-256 over what was read."""
    content = [[s.words, sorted(s.frames.items()), s.held] for s in sentences]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def roles_of(sentences: Sequence[Sentence]) -> list[str]:
    """The roles that are learnt, the most frequent first."""
    counts = Counter(a.role for s in sentences for arguments in s.frames.values() for a in arguments)
    return [
        role for role, count in sorted(counts.items(), key=lambda known: (-known[1], known[0])) if count >= LEAST_SEEN
    ]


def _sentence(row: dict[str, Any], where: str) -> Sentence:
    try:
        words = tuple(row["tokens"])
        frames = {prop["pred"]: tuple(Argument(*argument) for argument in prop["args"]) for prop in row["props"]}
        inside = all(_fits(a.start, a.end, words) for arguments in frames.values() for a in arguments)
    except (KeyError, TypeError) as error:
        raise DataError(f"{where} is no sentence with propositions: {error!r}") from error
    if not inside or not all(0 <= place < len(words) for place in frames):
        raise DataError(f"{where}: a predicate or an argument lies outside its sentence")
    return Sentence(words, frames, row["split"] == "dev", _syntax(row, where))


def _syntax(row: dict[str, Any], where: str) -> tuple[tuple[str, str, int], ...]:
    """Universal Dependencies count heads from 1, and the root's is 0."""
    known = [row.get(name) or [] for name in ("xpos", "deprel", "head")]
    count = len(row["tokens"])
    if not any(known):
        return ()
    if any(len(column) != count for column in known) or not all(0 <= head <= count for head in known[2]):
        raise DataError(f"{where}: xpos, deprel and head must be of each token")
    return tuple((tag, relation.split(":")[0], head - 1) for tag, relation, head in zip(*known, strict=True))


def _fits(start: int, end: int, words: Sequence[str]) -> bool:
    return 0 <= start < end <= len(words)
