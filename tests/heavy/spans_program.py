"""In the environment of `make train-env`: a tiny answer-large, published, and through the engine that serves it."""

import json
import os
import sys
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from functions.answer.rows import window_rows
from functions.heavy.endpoint.engine import open_engine
from functions.heavy.endpoint.transformer import TransformerEngine
from lectern.model import TOKENIZER
from lectern.store import open_store
from model_store.catalogue import read_model
from model_store.recipes.large import make_build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import open_signer
from tests.heavy.checkpoints import span_checkpoint

TEXTS = ["Mars has two moons.", "The moons were found in 1877, by the light of the capital.", "é🚀 the " * 300]


def main() -> None:
    folder = Path(sys.argv[1])
    store, signer = open_store(os.environ["LECTERN_STORE"]), open_signer()
    build = make_build(span_checkpoint(folder / "checkpoint"), folder / "build", read_model("answer-large"))
    publish(store, signer, build, "answer-large", "1.0.0")
    promote(store, signer.public_key(), "answer-large", "1.0.0", "live", "tests")
    tokenizer = Tokenizer.from_file(str(folder / "build" / TOKENIZER))
    exact, short = open_engine("answer-large"), open_engine("answer-large", precision="bfloat16")
    assert isinstance(exact, TransformerEngine)
    rows = [row for text in TEXTS for row in window_rows([60, 61], text, tokenizer, 384)]
    single, together = [exact.infer(row) for row in rows], exact.answer(rows)
    apart = [float(np.abs(one - other).max()) for one, other in zip(single, together, strict=True)]
    rounded = [float(np.abs(one - other).max()) for one, other in zip(single, short.answer(rows), strict=True)]
    found = {
        "frame": [rows[0].input_ids[:1], rows[0].input_ids[3:5], rows[0].input_ids[-1:]],
        "kinds": sorted({kind for row in rows for kind in row.token_type_ids}),
        "rows": [len(row.input_ids) for row in rows],
        "outputs": [len(one) for one in together],
        "golden": [[len(vector.input_ids), len(vector.logits)] for vector in exact.release.manifest.golden.vectors],
        "spread": float(np.std(np.concatenate(single))),
        "apart": max(apart),
        "bfloat16": max(rounded),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
