"""A build before its attackers: which files, which calibration, which answers."""

import dataclasses
import tempfile
from pathlib import Path
from typing import Any

from lectern.load import load
from lectern.manifest import Calibration
from lectern.model import LoadedModel
from lectern.store.local import LocalStore
from model_store.attacks.grader import grader_of
from model_store.attacks.record import read_evaluation, report
from model_store.attacks.suite import Told, run
from model_store.build.builder import build
from model_store.catalogue import Model
from model_store.errors import DataError
from model_store.recipes.data import is_unseen_answer, read_semeval
from model_store.recipes.kept import kept_by
from model_store.release.publish import publish
from model_store.release.signing import FileSigner

UNSEEN_QUESTIONS, UNSEEN_ANSWERS = "unseen questions (validation)", "unseen answers (test-UA)"


def attack(model: Model, first_run: Path | None, data: Path, seed: int, size: int, told: Told) -> dict[str, Any]:
    """Attack the int8 file on answers that training kept out; the report of `record.report`.

    With the adapter of a first run, which kept questions apart, that one answers them; the calibration is the released
    one in both cases.

    Raises:
        DataError: the data is not what it should be, or the adapter was never evaluated.
        OSError: a file can't be read.
    """
    calibration = Calibration.model_validate(read_evaluation(model)["calibration"])
    attacked = dataclasses.replace(model, adapter=first_run) if first_run else model
    examples = read_semeval(data)
    kept = kept_by(first_run) if first_run else is_unseen_answer
    name, held_out = UNSEEN_QUESTIONS if first_run else UNSEEN_ANSWERS, [e for e in examples if kept(e)]
    if not held_out:
        raise DataError(f"semeval2013_answers.jsonl.gz: no answer belongs to the {name}")
    training = [example for example in examples if example.split == "train" and not kept(example)]
    suite = run(grader_of(_loaded(attacked), calibration), held_out, training, seed, size, told)
    return report(suite, name, seed, size)


def _loaded(model: Model) -> LoadedModel:
    """The int8 release as a function would load it."""
    with tempfile.TemporaryDirectory() as folder:
        store, signer = LocalStore(Path(folder, "store")), FileSigner(Path(folder, "key.pem"))
        return load(store, publish(store, signer, build(model), model.name, "0.0.0"))
