"""Labelled texts: SST-2, TREC questions and exam questions by Bloom's level, each with a fixed development part.

Socher et al. (2013), Recursive Deep Models for Semantic Compositionality; Li and Roth (2002), Learning Question
Classifiers. Where a set has no development part of its own, one is carved out by a digest of the text.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_store.errors import DataError
from model_store.recipes.data import read_rows
from model_store.recipes.groups import near_groups

TREC_LABELS = {
    "ABBR": "abbreviation",
    "DESC": "description",
    "ENTY": "entity",
    "HUM": "human",
    "LOC": "location",
    "NUM": "number",
}
BLOOM_LABELS = ("knowledge", "comprehension", "application", "analysis", "synthesis", "evaluation")
SST_LABELS = ("negative", "positive")
_FINE = ("negative", "negative", "", "positive", "positive")

TREC_SHARE, BLOOM_SHARE = 0.1, 0.2
"""Shares of the texts (or groups of them) that are kept for development."""


@dataclass(frozen=True)
class Text:
    """One labelled text, and whether it is kept from training."""

    text: str
    label: str
    """Empty where only phrases of it are labelled."""
    held: bool = False
    phrase: bool = False
    """Whether it is a piece of another text of the set."""
    parts: tuple[tuple[str, str], ...] = ()
    """Labelled phrases that occur in it, with their labels."""
    finer: str = ""
    """A label within the label, from which training learns on the side."""


def read_texts(name: str, folder: Path) -> list[Text]:
    """The texts of a set: `sst2`, `trec` or `bloom`, in the order of its files; none is on both sides.

    Raises:
        KeyError: there is no such set.
        FileNotFoundError: a file is missing.
        DataError: a file is damaged, or has an unknown label; names the file.
    """
    return READERS[name](folder)


def texts_digest(texts: Sequence[Text]) -> str:
    """SHA-256 over texts in their order, for checkpoints, run records and cards."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(repr(text).encode())
    return digest.hexdigest()


def plain(text: str) -> str:
    """A text by which it is the same as another: words and digits alone, in lower case."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _read_sst2(folder: Path) -> list[Text]:
    """Training sentences with their labelled phrases, the phrases on their own, the development sentences."""
    sentences = folder / "sst_sentences.jsonl.gz"
    rows = list(read_rows(sentences, ("task", "split", "label", "text")))
    held = [
        Text(row["text"], SST_LABELS[row["label"]], held=True)
        for row in rows
        if row["task"] == "binary" and row["split"] == "dev"
    ]
    known = {plain(text.text) for text in held}
    phrases = {text: label for text, label in read_phrases(folder).items() if plain(text) not in known}
    trees = [row for row in rows if (row["task"], row["split"]) == ("fine", "train")]
    trees = [row for row in trees if plain(row["text"]) not in known]
    whole = [Text(row["text"], _FINE[row["label"]], parts=parts_of(row["text"], phrases)) for row in trees]
    alone = [Text(text, label, phrase=True) for text, label in phrases.items()]
    return [*_once(whole), *alone, *held]


def parts_of(sentence: str, phrases: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The runs of two and more of the sentence's words, short of all, that are phrases with a label."""
    words = sentence.split()
    runs = (
        " ".join(words[start:end])
        for start in range(len(words))
        for end in range(start + 2, len(words) + 1)
        if end - start < len(words)
    )
    return tuple((run, phrases[run]) for run in dict.fromkeys(runs) if run in phrases)


def read_phrases(folder: Path) -> dict[str, str]:
    """The labels of SST-2's training phrases. Raises FileNotFoundError or DataError."""
    path = folder / "sst2_train_phrases.tsv.gz"
    try:
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").splitlines()[1:]
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} is damaged: {error}") from error
    found = {}
    for number, line in enumerate(lines, start=2):
        label, _, text = line.partition("\t")
        if label not in ("0", "1") or not text.strip():
            raise DataError(f"{path.name}, line {number} is no label and text")
        found[text.strip()] = SST_LABELS[int(label)]
    return found


def _once(texts: Sequence[Text]) -> Iterator[Text]:
    seen = set()
    for text in texts:
        if text.text not in seen:
            seen.add(text.text)
            yield text


def _read_trec(folder: Path) -> list[Text]:
    path = folder / "trec.jsonl.gz"
    rows = list(read_rows(path, ("text", "label", "fine", "split")))
    if unknown := {row["label"] for row in rows} - set(TREC_LABELS):
        raise DataError(f"{path.name} has the unknown labels {sorted(unknown)}")
    return list(_once([_question(row) for row in rows]))


def _question(row: dict[str, Any]) -> Text:
    kept, finer = _kept(row["text"], TREC_SHARE), f"{row['label']}:{row['fine']}"
    return Text(row["text"], TREC_LABELS[row["label"]], kept, finer=finer)


def _read_bloom(folder: Path) -> list[Text]:
    rows = list(read_rows(folder / "bloom_questions.jsonl.gz", ("text", "level")))
    groups = near_groups([plain(row["text"]) for row in rows])
    return [
        Text(row["text"], BLOOM_LABELS[row["level"] - 1], _kept(group, BLOOM_SHARE))
        for row, group in zip(rows, groups, strict=True)
    ]


def _kept(text: str, share: float) -> bool:
    digest = hashlib.sha256(plain(text).encode()).digest()
    return int.from_bytes(digest[:4]) < share * 2**32


READERS: dict[str, Callable[[Path], list[Text]]] = {"sst2": _read_sst2, "trec": _read_trec, "bloom": _read_bloom}
