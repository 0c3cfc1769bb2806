"""What the routes of imports do."""

import hashlib
import io
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from typing import IO

from functions.gradebook.incoming import SECONDS, book
from functions.gradebook.schemas import ImportRequest
from functions.gradebook.views import ImportView
from lectern.exports import Imported
from lectern.exports.formats import imported
from lectern.exports.source import limited
from lectern.gradebook.imports import Asked as Wanted
from lectern.gradebook.imports import Imports, name_of
from lectern.http.api import Asked
from lectern.jobs.uploads import uploaded
from lectern.settings import settings
from lectern.store import open_store
from lectern.validation import validate

PIECE = 1 << 20


def post_import(asked: Asked) -> ImportView:
    """Take a file's marks as decisions; the same content again changes nothing, but goes on where it was cut short."""
    request = validate(ImportRequest, asked.body)
    until = min(time.monotonic() + SECONDS, asked.call.deadline or float("inf"))
    file = _File(request, asked.tenant)
    parts = (request.format, request.class_id or "", request.identifier or "", file.digest())
    name = name_of(asked.call.principal, *parts, asked.headers.get("idempotency-key", ""))
    wanted = Wanted(name, request.format, request.class_id or "")
    found = Imports(book()).take(asked.call.principal, wanted, file.read, lambda: time.monotonic() < until)
    return ImportView(**found.model_dump())


def get_import(asked: Asked) -> ImportView:
    """An import, and what it did."""
    return ImportView(**Imports(book()).get(asked.tenant, asked.path["import_id"]).model_dump())


class _File:
    """What a request names, to be read twice: for its digest, and for its marks."""

    def __init__(self, request: ImportRequest, tenant: str) -> None:
        self._request, self._version = request, ""
        if request.key is not None:
            self._store = open_store(settings().data_store, settings().store_timeout_seconds)
            self._version = uploaded(tenant, request.key, self._store, "key").version_id

    def digest(self) -> str:
        """SHA-256. Raises BodyTooLarge."""
        digest = hashlib.sha256()
        with self._opened() as source:
            for piece in limited(_pieces(source)):
                digest.update(piece)
        return digest.hexdigest()

    def read(self) -> Imported:
        """The marks. Raises as `formats.imported`."""
        options = {"identifier": self._request.identifier} if self._request.identifier else {}
        with self._opened() as source:
            return imported(self._request.format, _pieces(source), **options)

    def _opened(self) -> AbstractContextManager[IO[bytes]]:
        if self._request.key is None:
            return closing(io.BytesIO((self._request.content or "").encode(errors="replace")))
        return self._store.stream(self._request.key, self._version)


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: source.read(PIECE), b"")
