"""A checkpoint of transformers as a release for a heavy endpoint: its files, and vectors that prove them.

    .venv-train/bin/python -m model_store.recipes.large --model answer-large --version 1.0.0
    .venv-train/bin/python -m model_store.recipes.large CHECKPOINT --version 2.0.0

The first takes the catalogue's base as it is: from the Hub at its revision, each file checked against its digest. The
second takes what `save_pretrained` wrote after a fine-tuning (config.json, model.safetensors, tokenizer.json) with
`release.json` beside it: `base` {name, sha256}, `max_length`, `training_data` [{name, licence}], and `calibration` and
`metrics` where they have been measured. It is published in $LECTERN_STORE, and no alias moves.
"""

import argparse
import json
import os
import shutil
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from lectern import __version__
from lectern.manifest import BaseReference, Calibration, Description, Golden, GoldenVector
from lectern.model import TOKENIZER
from lectern.store import open_store
from model_store.build.builder import Build
from model_store.build.measured import DESCRIPTION
from model_store.catalogue import Model, read_model
from model_store.digest import file_digest
from model_store.errors import DataError
from model_store.home import home
from model_store.recipes.large_kinds import KINDS, Kind
from model_store.release.publish import publish
from model_store.release.signing import open_signer
from model_store.sources import base_folder

WEIGHTS, CONFIG, FACTS = "model.safetensors", "config.json", "release.json"
GENERATION = "generation_config.json"
"""How a model that writes does so; others have none."""


def make_build(checkpoint: Path, folder: Path, model: Model) -> Build:
    """The files of a release in `folder`. Raises OSError, or DataError for a head that is not the task's."""
    own = checkpoint / FACTS
    facts: dict[str, Any] = json.loads((own if own.exists() else model.adapter / FACTS).read_text("utf-8"))
    kind = KINDS[model.task]
    folder.mkdir(parents=True)
    for name in (WEIGHTS, CONFIG, GENERATION):
        if name != GENERATION or (checkpoint / name).exists():
            shutil.copyfile(checkpoint / name, folder / name)
    _write_tokenizer(checkpoint, folder)
    base = facts.get("base", {"name": model.base.name, "sha256": model.base.sha256})
    description = Description(
        task=model.task,
        base=BaseReference.model_validate(base),
        adapter_sha256=file_digest(folder / WEIGHTS),
        quantisation="none: transformers",
        max_length=facts["max_length"],
        labels=kind.labels,
        calibration=Calibration.model_validate(facts.get("calibration", {"temperature": 1.0})),
        metrics=facts.get("metrics", {}),
        training_data=facts["training_data"],
        golden=Golden(tolerance=kind.tolerance, vectors=tuple(golden_vectors(folder, kind, facts["max_length"]))),
        runtime=__version__,
    )
    (folder / DESCRIPTION).write_text(description.model_dump_json(indent=1), "utf-8")
    return Build(folder, description, cached=False)


def golden_vectors(folder: Path, kind: Kind, longest: int) -> list[GoldenVector]:
    """What the checkpoint answers to the golden inputs, one by one, in float32 on this CPU."""
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    network = kind.reader.from_pretrained(folder, local_files_only=True).eval().float()
    if kind.outputs not in (0, network.config.num_labels):
        raise DataError(f"{CONFIG} has {network.config.num_labels} labels; the task has {kind.outputs}")
    with torch.inference_mode():
        rows = kind.rows(tokenizer, longest)
        return [GoldenVector(**vars(row) | {"logits": kind.logits(network, row)}) for row in rows]


def _write_tokenizer(checkpoint: Path, folder: Path) -> None:
    """The checkpoint's tokenizer.json; made from its vocabulary and merges where an older one has none."""
    if (checkpoint / TOKENIZER).exists():
        shutil.copyfile(checkpoint / TOKENIZER, folder / TOKENIZER)
        return
    made = AutoTokenizer.from_pretrained(checkpoint, local_files_only=True)
    made.backend_tokenizer.save(str(folder / TOKENIZER))


def main() -> None:
    """Publish a checkpoint."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path, nargs="?", help="its folder; left out, the catalogue's base")
    parser.add_argument("--model", default="grading-large")
    parser.add_argument("--version", required=True)
    parser.add_argument("--build", type=Path, help="folder for the files")
    told = parser.parse_args()
    model = read_model(told.model)
    folder = told.build or home() / "builds" / f"{model.name}-{told.version}"
    made = make_build(told.checkpoint or base_folder(model.base), folder, model)
    release = publish(open_store(os.environ["LECTERN_STORE"]), open_signer(), made, model.name, told.version)
    print(f"published {model.name} {told.version}, {release.digest}")


if __name__ == "__main__":
    main()
