"""Where this machine keeps what can be made again: bases, builds, keys and the local store."""

import os
from pathlib import Path


def home() -> Path:
    """`LECTERN_HOME`, by default `.lectern` in the working folder."""
    return Path(os.environ.get("LECTERN_HOME", ".lectern"))
