"""The build of the model that summarizes: the frozen base's sentence vectors, and a scorer beside them as a file."""

import hashlib
from pathlib import Path
from typing import Any

from functions.summarize.scorer import FILE, read_scorer
from lectern.manifest import Description
from model_store.build import embedding
from model_store.catalogue import Model

KIND = "summaries"


def make(model: Model, base: Path, folder: Path, evaluation: dict[str, Any]) -> Description:
    """Write the files of a release into `folder` and say what they are.

    Raises:
        ReferenceMismatch: a graph does not give the vectors that transformers gave.
        ReleaseRejected: the scorer's file is none.
    """
    scorer = (model.adapter / FILE).read_bytes()
    read_scorer(scorer)
    description = embedding.make(model, base, folder, evaluation)
    (folder / FILE).write_bytes(scorer)
    return description.model_copy(update={"adapter_sha256": hashlib.sha256(scorer).hexdigest()})
