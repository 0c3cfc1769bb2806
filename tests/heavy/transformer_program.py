"""In the environment of `make train-env`: tiny random BERTs through the engine that serves large ones."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from transformers import BertConfig, BertForSequenceClassification

from functions.heavy.endpoint.engine import open_engine
from functions.heavy.endpoint.transformer import TransformerEngine, batches
from lectern.errors import ReleaseRejected
from lectern.model import Encoding
from lectern.settings import settings
from lectern.store import open_store
from model_store.catalogue import read_model
from model_store.recipes.large import make_build
from model_store.release.alias import promote
from model_store.release.publish import publish
from model_store.release.signing import open_signer
from model_store.sources import base_folder

ROWS = 600


def checkpoint(folder: Path) -> Path:
    """What `save_pretrained` would leave of a tiny BERT, as random as its sharp head allows."""
    base = base_folder(read_model("grading").base)
    folder.mkdir()
    torch.manual_seed(7)
    config = BertConfig(hidden_size=64, num_hidden_layers=3, num_attention_heads=4, intermediate_size=128, num_labels=3)
    network = BertForSequenceClassification(config).eval()
    with torch.no_grad():
        network.classifier.weight.mul_(60)
    network.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((base / "tokenizer.json").read_bytes())
    facts = {"base": {"name": "tiny", "sha256": "0" * 64}, "max_length": 384, "training_data": []}
    (folder / "release.json").write_text(json.dumps(facts), "utf-8")
    return folder


def rows(count: int) -> list[Encoding]:
    chance = np.random.default_rng(5)
    lengths = chance.integers(3, 200, count)
    return [Encoding(chance.integers(1000, 30000, n).tolist(), [0] * (n // 2) + [1] * (n - n // 2)) for n in lengths]


def chances(logits: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    powers = np.exp(np.array(logits, dtype=np.float64))
    found: NDArray[np.float64] = powers / powers.sum(1, keepdims=True)
    return found


def distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> dict[str, float]:
    agree = float(np.mean(one.argmax(1) == other.argmax(1)))
    return {"most": float(np.abs(one - other).max()), "agree": agree}


def refused(act: Any) -> str:
    try:
        act()
    except (ReleaseRejected, ValueError) as error:
        return str(error)
    return "nothing"


def damaged(build: Any, folder: Path, change: Any) -> Any:
    """The same build with other weights, but the golden vectors of the old ones."""
    folder.mkdir()
    for path in build.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors")
    return replace(build, folder=folder)


def main() -> None:
    folder = Path(sys.argv[1])
    os.environ |= {"LECTERN_STORE": f"file:{folder}/store", "LECTERN_SIGNING_KEY": f"{folder}/key.pem"}
    store, signer = open_store(os.environ["LECTERN_STORE"]), open_signer()
    os.environ["LECTERN_PUBLIC_KEY"] = signer.public_key()
    settings.cache_clear()
    build = make_build(checkpoint(folder / "checkpoint"), folder / "build", read_model("grading-large"))
    for version, files in (
        ("1.0.0", build),
        ("1.0.1", damaged(build, folder / "other", lambda weights: {n: w * 1.5 for n, w in weights.items()})),
        ("1.0.2", damaged(build, folder / "none", lambda weights: {"nothing": torch.zeros(1)})),
    ):
        publish(store, signer, files, "grading-large", version)
    promote(store, signer.public_key(), "grading-large", "1.0.0", "live", "tests")
    exact, short = open_engine("grading-large"), open_engine("grading-large", precision="bfloat16")
    assert isinstance(exact, TransformerEngine)
    asked = rows(ROWS)
    single = chances([exact.infer(row) for row in asked])
    together, again = chances(exact.answer(asked)), chances(exact.answer(asked[::-1])[::-1])
    found = {
        "attention": exact._network.config._attn_implementation,
        "spread": float(single.max(1).mean()),
        "golden": [len(vector.input_ids) for vector in exact.release.manifest.golden.vectors],
        "labels": sorted(set(single.argmax(1).tolist())),
        "float32": distances(single, together),
        "reversed": distances(together, again),
        "bfloat16": distances(single, chances(short.answer(asked))),
        "batches": list(batches([5, 1, 9, 2], 6)),
        "word": refused(lambda: exact.answer([asked[0], Encoding([30522], [0])])),
        "kind": refused(lambda: exact.answer([Encoding([1], [2])])),
        "altered": refused(lambda: open_engine("grading-large", "1.0.1")),
        "empty": refused(lambda: open_engine("grading-large", "1.0.2")),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
