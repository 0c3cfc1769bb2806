"""Dataclasses of arrays as one compressed .npz file each."""

from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

Kind = TypeVar("Kind")


def save_arrays(arrays: Any, path: Path) -> None:
    """Write every field of a dataclass of arrays. Raises OSError."""
    np.savez_compressed(path, **{field.name: getattr(arrays, field.name) for field in fields(arrays)})


def read_arrays(kind: type[Kind], path: Path) -> Kind:
    """Read what `save_arrays` wrote. Raises OSError, or TypeError where the file holds other fields."""
    with np.load(path, allow_pickle=False) as arrays:
        return kind(**arrays)
