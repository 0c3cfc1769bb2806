"""A fine-tuned checkpoint of transformers as a release for a heavy endpoint: its files, and vectors that prove them.

    .venv-train/bin/python -m model_store.recipes.large CHECKPOINT --version 2.0.0

CHECKPOINT is what `save_pretrained` writes (config.json, model.safetensors, tokenizer.json) with `release.json` beside
it: `base` {name, sha256}, `max_length`, `training_data` [{name, licence}], and `calibration` and `metrics` where they
have been measured. It is published as grading-large in $LECTERN_STORE, and no alias moves.
"""

import argparse
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoModelForSequenceClassification

from functions.grading.rows import assemble
from functions.grading.schemas import LABELS
from lectern import __version__
from lectern.manifest import Calibration, Description, Golden, GoldenVector
from lectern.model import TOKENIZER
from lectern.store import open_store
from model_store.build.builder import Build
from model_store.build.measured import DESCRIPTION
from model_store.errors import DataError
from model_store.recipes.golden import GOLDEN
from model_store.release.publish import publish
from model_store.release.signing import open_signer

WEIGHTS, CONFIG, FACTS = "model.safetensors", "config.json", "release.json"

BFLOAT_TOLERANCE = 0.1
"""Golden logits in bfloat16 on a GPU against float32 on the CPU that recorded them."""


def make_build(checkpoint: Path, folder: Path) -> Build:
    """The files of a release in `folder`. Raises OSError, or DataError for what is no grader of three labels."""
    facts: dict[str, Any] = json.loads((checkpoint / FACTS).read_text("utf-8"))
    folder.mkdir(parents=True)
    for name in (WEIGHTS, CONFIG, TOKENIZER):
        shutil.copyfile(checkpoint / name, folder / name)
    description = Description(
        task="grading",
        base=facts["base"],
        adapter_sha256=hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest(),
        quantisation="none: transformers",
        max_length=facts["max_length"],
        labels=LABELS,
        calibration=Calibration.model_validate(facts.get("calibration", {"temperature": 1.0})),
        metrics=facts.get("metrics", {}),
        training_data=facts["training_data"],
        golden=Golden(tolerance=BFLOAT_TOLERANCE, vectors=tuple(golden_vectors(folder))),
        runtime=__version__,
    )
    (folder / DESCRIPTION).write_text(description.model_dump_json(indent=1), "utf-8")
    return Build(folder, description, cached=False)


def golden_vectors(folder: Path) -> list[GoldenVector]:
    """What the checkpoint answers to the golden inputs, one by one, in float32 on this CPU."""
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    network = AutoModelForSequenceClassification.from_pretrained(folder, local_files_only=True).eval().float()
    if network.config.num_labels != len(LABELS):
        raise DataError(f"{CONFIG} has {network.config.num_labels} labels; grading has {', '.join(LABELS)}")
    found = []
    for texts in GOLDEN:
        row = assemble(*(tokenizer.encode(text, add_special_tokens=False).ids for text in texts))
        fed = {"input_ids": torch.tensor([row.input_ids]), "token_type_ids": torch.tensor([row.token_type_ids])}
        with torch.inference_mode():
            logits = network(**fed).logits[0].tolist()
        found.append(GoldenVector(**vars(row), logits=logits))
    return found


def main() -> None:
    """Publish a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--build", type=Path, default=Path("build/grading-large"), help="folder for the files")
    told = parser.parse_args()
    made = make_build(told.checkpoint, told.build)
    release = publish(open_store(os.environ["LECTERN_STORE"]), open_signer(), made, "grading-large", told.version)
    print(f"published grading-large {told.version}, {release.digest}")


if __name__ == "__main__":
    main()
