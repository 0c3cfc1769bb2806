"""In the environment of `make train-env`: a tiny summaries-large, published, and through the engine that serves it."""

import json
import os
import sys
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from functions.heavy.endpoint.engine import open_engine
from functions.heavy.endpoint.transformer import TransformerEngine
from lectern.model import TOKENIZER, Encoding
from lectern.store import open_store
from model_store.catalogue import read_model
from model_store.recipes.large import make_build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import open_signer
from tests.heavy.checkpoints import writing_checkpoint

TEXTS = ["Mars has two moons.", "The moons were found in 1877.", "é🚀 the end of all.", "No.", "the " * 60]


def main() -> None:
    folder = Path(sys.argv[1])
    store, signer = open_store(os.environ["LECTERN_STORE"]), open_signer()
    build = make_build(writing_checkpoint(folder / "checkpoint"), folder / "build", read_model("summaries-large"))
    publish(store, signer, build, "summaries-large", "1.0.0")
    promote(store, signer.public_key(), "summaries-large", "1.0.0", "live", "tests")
    tokenizer = Tokenizer.from_file(str(folder / "build" / TOKENIZER))
    engine = open_engine("summaries-large")
    assert isinstance(engine, TransformerEngine)
    ids = [tokenizer.encode(text).ids for text in TEXTS]
    rows = [Encoding(found, [0] * len(found)) for found in ids]
    single, together = [engine.infer(row).tolist() for row in rows], [one.tolist() for one in engine.answer(rows)]
    tokens = [int(token) for token in single[0]]
    scored = engine.infer(Encoding(rows[0].input_ids, rows[0].token_type_ids, written=tokens))
    open_engine("summaries-large", precision="bfloat16")  # within the golden vectors' tolerance, or it would raise
    golden = engine.release.manifest.golden.vectors
    found = {
        "files": sorted(engine.release.manifest.files),
        "single": single,
        "together": together,
        "scores": scored.tolist(),
        "rows": [len(row.input_ids) for row in rows],
        "golden": [[len(vector.written), len(vector.logits)] for vector in golden],
        "golden_spread": float(np.std(np.concatenate([vector.logits for vector in golden]))),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
