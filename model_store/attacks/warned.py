"""How often an honest answer earns a guard's warning: `python -m model_store.attacks.warned DATA`."""

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from lectern.guards import warnings
from lectern.normalise import normalise
from model_store.recipes.data import Example, is_unseen_answer, read_semeval

Texts = list[tuple[str, Sequence[str], str]]
"""Questions (blank where the data has none), references (none where it has none) and answers."""


def answers(folder: Path) -> Iterator[tuple[str, Texts]]:
    """The answers of each data set in `folder`, as students wrote them. Raises OSError or DataError."""
    examples = read_semeval(folder)
    yield "SemEval", _texts(examples)
    yield "SemEval, right", _texts([each for each in examples if each.label == "correct"])
    yield "SemEval, test-UA", _texts([each for each in examples if is_unseen_answer(each)])
    mohler, asap_sas = _rows(folder / "mohler.jsonl.gz"), _rows(folder / "asap_sas.jsonl.gz")
    yield "Mohler", [(row["question"], [row["reference"]], row["answer"]) for row in mohler]
    yield "ASAP-SAS", [("", [], row["answer"]) for row in asap_sas]


def table(folder: Path) -> str:
    """A line per data set: answers, the share with a guard's warning, the share in disguise, the share changed."""
    lines = ["| answers | number | warning | disguised | changed by normalisation |", "|---|---|---|---|---|"]
    for name, texts in answers(folder):
        seen = [normalise(answer) for _, _, answer in texts]
        warned = sum(
            bool(warnings(asked, references, found.text))
            for (asked, references, _), found in zip(texts, seen, strict=True)
        )
        disguised = sum(found.disguised for found in seen)
        changed = sum(found.text != answer for found, (_, _, answer) in zip(seen, texts, strict=True))
        shares = (f"{count / len(texts):.2%}" for count in (warned, disguised, changed))
        lines.append(f"| {name} | {len(texts)} | {' | '.join(shares)} |")
    return "\n".join(lines)


def _texts(examples: Sequence[Example]) -> Texts:
    return [(each.question, each.references, each.answer) for each in examples]


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


if __name__ == "__main__":
    sys.stdout.write(f"{table(Path(sys.argv[1]))}\n")
