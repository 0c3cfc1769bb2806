"""SQuAD's paragraphs with their questions: training, and the development parts of v1.1 and v2.0.

Rajpurkar et al. (2016), SQuAD: 100,000+ Questions for Machine Comprehension of Text; Rajpurkar, Jia and Liang (2018),
Know What You Don't Know. The development articles are split once more: some are learnt for their unanswerable
questions, which the training part has none of, on others thresholds are chosen, and figures are told of the rest.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from model_store.errors import DataError
from model_store.recipes.data import read_rows

TRAIN, DEV_1, DEV_2 = "squad_v1.1_train.jsonl.gz", "squad_v1.1_dev.jsonl.gz", "squad_v2.0_dev.jsonl.gz"
FIELDS = ("title", "p", "context", "qas")

Use = Literal["chosen on", "told of", "learnt"]
"""What a development article is there for."""

USES: tuple[Use, Use, Use, Use] = ("chosen on", "told of", "chosen on", "learnt")

NEIGHBOURHOOD = 80
"""Characters on either side of an answer whose words tell which of its occurrences the question means."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Asked:
    """A question to a paragraph, its accepted answers (none where it has none), where the first of them starts."""

    question: str
    answers: tuple[str, ...]
    start: int = -1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an article, and what is asked of it."""

    title: str
    context: str
    asked: tuple[Asked, ...]


def read_squad(path: Path) -> list[Paragraph]:
    """The paragraphs of a file in their order.

    An answer that occurs more than once stands where most of the question's words are around it, as the file knows
    only its first occurrence.

    Raises:
        FileNotFoundError: there is no such file.
        DataError: it is damaged, or an answer is not in its paragraph; names the file and the paragraph.
    """
    return [_paragraph(row, path.name) for row in read_rows(path, FIELDS)]


def words(text: str) -> list[str]:
    """Words and figures in lower case."""
    return _WORD.findall(text.lower())


def use_of(title: str) -> Use:
    """What a development article is there for, by its title alone: v2.0's articles are v1.1's too."""
    return USES[hashlib.sha256(title.encode()).digest()[0] % len(USES)]


def squad_digest(paragraphs: Sequence[Paragraph]) -> str:
    """SHA-256 over paragraphs in their order, for checkpoints and cards."""
    digest = hashlib.sha256()
    for paragraph in paragraphs:
        digest.update(repr(paragraph).encode())
    return digest.hexdigest()


def occurrences(text: str, part: str) -> Iterator[int]:
    """Where a part starts in a text, overlaps included."""
    place = text.find(part)
    while place >= 0:
        yield place
        place = text.find(part, place + 1)


def _paragraph(row: dict[str, Any], name: str) -> Paragraph:
    where = f"{name}, paragraph {row['p']} of {row['title']}"
    return Paragraph(row["title"], row["context"], tuple(_asked(one, row["context"], where) for one in row["qas"]))


def _asked(row: dict[str, Any], context: str, where: str) -> Asked:
    if not isinstance(row, dict) or not isinstance(row.get("q"), str) or not isinstance(row.get("a"), list):
        raise DataError(f"{where} has a question without text or answers")
    question, answers = row["q"].strip(), tuple(row["a"])
    if not answers:
        return Asked(question, ())
    places = list(occurrences(context, answers[0]))
    if not places or not answers[0]:
        raise DataError(f"{where} lacks the answer to {question!r}")
    return Asked(question, answers, _meant(question, context, answers[0], places))


def _meant(question: str, context: str, answer: str, places: Sequence[int]) -> int:
    """The occurrence beside most of the question's words; the first of equals. Parts of longer words come last."""
    asked = set(words(question))

    def worth(place: int) -> tuple[bool, int]:
        end = place + len(answer)
        whole = not (context[place - 1 : place].isalnum() or context[end : end + 1].isalnum())
        around = context[max(0, place - NEIGHBOURHOOD) : place] + " " + context[end : end + NEIGHBOURHOOD]
        return whole, len(asked & set(words(around)))

    return max(places, key=worth)
