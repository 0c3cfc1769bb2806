"""bfloat16 beside float32 on a real cross-encoder, through the endpoint's engine of torch on the CPU.

    .venv-train/bin/python -m tests.perf.heavy_precision runs/plain/adapter

writes results/heavy-precision.json. The adapter is that of `grading-plain` on everything (CONTRIBUTING.md); rows are
SemEval-2013's unseen answers. The engine is asked row by row and in batches.
"""

import copy
import json
import os
import sys
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from functions.grading.rows import assemble, nearest
from functions.heavy.endpoint.heads import Head, labels
from functions.heavy.endpoint.transformer import Limits, TransformerEngine
from lectern.model import Encoding
from lectern.release import Release
from model_store.catalogue import read_model
from model_store.recipes.data import is_unseen_answer, read_semeval
from model_store.recipes.export import apply_adapter
from model_store.recipes.network import CrossEncoder
from model_store.sources import base_folder

RESULTS = Path(__file__).with_name("results")
LIMITS = Limits(30522, 2)


def main() -> None:
    """Measure and write."""
    base = base_folder(read_model("grading-plain").base)
    network = CrossEncoder(base, 3, 0.0)
    apply_adapter(network, base, load_file(Path(sys.argv[1], "adapter.safetensors")))
    rows = _rows(base)
    exact = _engine(network.eval(), "float32")
    single, together = _chances([exact.infer(row) for row in rows]), _chances(exact.answer(rows))
    short = _engine(copy.deepcopy(network), "bfloat16")
    short_single, short_together = _chances([short.infer(row) for row in rows]), _chances(short.answer(rows))
    found = {
        "answers": len(rows),
        "float32_batches_apart": float(np.abs(single - together).max()),
        "bfloat16_batches": _apart(short_single, short_together),
        "bfloat16_and_float32": _apart(single, short_together),
    }
    (RESULTS / "heavy-precision.json").write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    print(json.dumps(found))


def _apart(some: NDArray[np.float64], others: NDArray[np.float64]) -> dict[str, float]:
    """How far probabilities are apart, at the 99th percentile of answers and at most, and the share of equal labels."""
    apart = np.abs(some - others).max(1)
    agree = float(np.mean(some.argmax(1) == others.argmax(1)))
    found = {"p99": float(np.quantile(apart, 0.99)), "most": float(apart.max()), "labels_agree": agree}
    return {name: round(value, 4) for name, value in found.items()}


def _engine(network: torch.nn.Module, precision: str) -> TransformerEngine:
    return TransformerEngine(
        cast(Release, None), network, Head(None, labels), LIMITS, "cpu", precision
    )  # of no release


def _rows(base: Path) -> list[Encoding]:
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def ids(text: str) -> list[int]:
        found: list[int] = tokenizer.encode(text, add_special_tokens=False).ids
        return found

    data = Path(os.environ.get("LECTERN_DATA", "../shared/data"))
    examples = [example for example in read_semeval(data) if is_unseen_answer(example)]
    return [
        assemble(ids(e.question), ids(e.references[nearest(e.references, e.answer)]), ids(e.answer)) for e in examples
    ]


def _chances(logits: list[Any]) -> NDArray[np.float64]:
    powers = np.exp(np.array(logits, dtype=np.float64))
    found: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return found


if __name__ == "__main__":
    main()
