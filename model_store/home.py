"""Where this machine keeps what can be made again: bases, builds, keys and the local store."""

import os
from pathlib import Path


def move_into_place(draft: Path, folder: Path) -> None:
    """Rename a finished draft; where somebody else was first, theirs stays, since both hold the same."""
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def home() -> Path:
    """`LECTERN_HOME`, by default `.lectern` in the working folder."""
    return Path(os.environ.get("LECTERN_HOME", ".lectern"))
