"""Draws rows of a small corpus in the training environment and prints what they ask and hold, as JSON."""

import json
import random
import sys
from pathlib import Path

from model_store.catalogue import read_model
from model_store.recipes.recipe import tokenizer_of
from model_store.recipes.squad.corpus import Corpus, Mixture
from model_store.recipes.squad.data import read_squad
from model_store.recipes.squad.rows import SpanRow, batches


def main(path: Path, mixture: Mixture) -> None:
    """Print each row's question, text, answer, length and whether it has one; then the sizes of batches."""
    tokenizer = tokenizer_of(read_model("answer"))
    corpus = Corpus(read_squad(path), tokenizer, 1)
    rows = corpus.rows(0, 3 * len(corpus.questions), mixture, random.Random(5))

    def told(row: SpanRow) -> list[object]:
        ids, lead = row.input_ids, row.question
        parts = (ids[1 : lead - 1], ids[lead:-1], ids[row.first : row.last + 1] if row.first else [])
        return [*(tokenizer.decode(part) for part in parts), len(ids)]

    sizes = [list(batch["input_ids"].shape) for batch in batches(rows, 4, random.Random(5))]
    print(json.dumps({"rows": [told(row) for row in rows], "batches": sizes}))


if __name__ == "__main__":
    nulls, edited, elsewhere, window = (float(argument) for argument in sys.argv[2:])
    main(Path(sys.argv[1]), Mixture(nulls, edited, elsewhere, window=int(window), long_window=int(window)))
