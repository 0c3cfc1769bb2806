"""Files that a reader never sees half written."""

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """All or nothing, in a folder that is made where there is none. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
