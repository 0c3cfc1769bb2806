"""A segment as bytes: a zip of arrays that numpy reads without executing anything."""

import io
import json
from collections.abc import Sequence
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from lectern.errors import CollectionDamaged
from lectern.search.documents import Document
from lectern.search.postings import Postings
from lectern.search.segment import Segment

_ARRAYS = ("firsts", "places", "lengths", "vectors", "scales")


def pack(segment: Segment) -> bytes:
    """The bytes of a segment."""
    arrays = {name: getattr(segment, name) for name in _ARRAYS}
    arrays |= {name: getattr(segment.postings, name) for name in ("pointers", "passages", "counts")}
    texts = {
        "documents": _json([document.model_dump() for document in segment.documents]),
        "digests": _json(segment.digests),
        "terms": _json(segment.postings.terms),
    }
    file = io.BytesIO()
    np.savez(
        file, allow_pickle=False, **arrays, **{name: np.frombuffer(data, np.uint8) for name, data in texts.items()}
    )
    return file.getvalue()


def unpack(data: bytes) -> Segment:
    """The segment of these bytes. Raises CollectionDamaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            part = {name: file[name] for name in file.files}
        postings = Postings(tuple(_list(part["terms"])), part["pointers"], part["passages"], part["counts"])
        # their digest was checked: to validate a million words again takes seconds
        documents = tuple(Document.model_construct(**fields) for fields in _list(part["documents"]))
        arrays = {name: part[name] for name in _ARRAYS}
        return Segment(documents, tuple(_list(part["digests"])), **arrays, postings=postings)
    except (BadZipFile, ValueError, KeyError, TypeError, OSError, EOFError) as error:
        raise CollectionDamaged("A part of the collection is no file that this runtime can read.") from error


def _json(values: Sequence[Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode("utf-8")


def _list(data: NDArray[np.uint8]) -> list[Any]:
    values: list[Any] = json.loads(data.tobytes())
    return values
