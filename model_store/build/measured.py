"""To which files, and to which calibration, the figures of an evaluation belong.

Calibration lies in the description, not in the model's file, and the figures (ECE, coverage) hang on both: so one
digest covers the files and the calibration, and whoever trains, rebuilds or calibrates anew has to measure anew.
"""

import hashlib
import json
from pathlib import Path

from lectern.manifest import Calibration

DESCRIPTION = "description.json"


def release_files(folder: Path) -> list[Path]:
    """What a release pins of a build's folder: everything but the description, which the manifest itself holds."""
    return sorted(path for path in folder.iterdir() if path.name != DESCRIPTION)


def measured_sha256(folder: Path, calibration: Calibration) -> str:
    """SHA-256 over the name and digest of every file of a release, and over the calibration.

    Fields at their defaults are left out, so that a calibration that learns a new field keeps its digest.
    """
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in release_files(folder)}
    document = {"files": files, "calibration": calibration.model_dump(mode="json", exclude_defaults=True)}
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
