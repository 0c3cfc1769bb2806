"""A build's files, and to which of them and to which calibration the figures of an evaluation belong.

Calibration lies in the description, not in the model's file, and the figures (ECE, coverage) hang on both: so one
digest covers the files and the calibration, and whoever trains, rebuilds or calibrates anew has to measure anew.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from lectern.manifest import Calibration, Description
from model_store.digest import file_digest

DESCRIPTION = "description.json"


@dataclass(frozen=True)
class Build:
    """A folder with model.onnx, tokenizer.json and description.json; `cached` when it was there already."""

    folder: Path
    description: Description
    cached: bool


def read_build(folder: Path) -> Build:
    """The build in a folder. Raises OSError, or ValueError where the folder holds none."""
    return Build(folder, Description.model_validate_json((folder / DESCRIPTION).read_bytes()), cached=True)


def release_files(folder: Path) -> list[Path]:
    """What a release pins of a build's folder: everything but the description, which the manifest itself holds."""
    return sorted(path for path in folder.iterdir() if path.name != DESCRIPTION)


def measured_sha256(folder: Path, calibration: Calibration) -> str:
    """SHA-256 over the name and digest of every file of a release, and over the calibration.

    Fields at their defaults are left out, so that a calibration that learns a new field keeps its digest.
    """
    files = {path.name: file_digest(path) for path in release_files(folder)}
    document = {"files": files, "calibration": calibration.model_dump(mode="json", exclude_defaults=True)}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
