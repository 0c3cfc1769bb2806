"""Zip archives: written as a stream, with the same bytes for the same files; unpacked within limits."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lectern.errors import BodyTooLarge, InvalidRequest

PIECE = 65_536
MOST_FILES = 50

_DAMAGE = (zipfile.BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, ValueError, OSError)
"""All that zipfile raises for archives that somebody has damaged."""

_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3


@dataclass(frozen=True)
class Part:
    """A file of an archive."""

    name: str
    content: Iterator[bytes]


class _Sink(io.RawIOBase):
    """Takes what zipfile writes until it is fetched; can't seek, so that nothing is written twice."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._held += piece
        return len(piece)

    def fetch(self, least: int = 0) -> bytes:
        """All that is held, if it is at least so much; else nothing."""
        if len(self._held) <= least:
            return b""
        piece = bytes(self._held)
        self._held.clear()
        return piece


def archive(parts: Iterable[Part]) -> Iterator[bytes]:
    """The archive's bytes, piece by piece; the parts are read one after the other, as they are needed."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as packed:
        for part in parts:
            with packed.open(_entry(part.name), "w", force_zip64=False) as file:
                for piece in part.content:
                    file.write(piece)
                    if held := sink.fetch(PIECE):
                        yield held
    yield sink.fetch()


def unpacked(data: bytes, names: Iterable[str], most_bytes: int) -> dict[str, bytes]:
    """The files of an archive that are asked for, by name, whatever their folder and case; those that are there.

    Raises InvalidRequest for a damaged or encrypted archive and for too many files; BodyTooLarge as soon as more has
    come out than is allowed, whatever the archive says of itself.
    """
    wanted = {name.casefold(): name for name in names}
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            entries = packed.infolist()
            if len(entries) > MOST_FILES:
                raise InvalidRequest(f"The archive has {len(entries):,} files; the limit is {MOST_FILES}.")
            for entry in entries:
                name = wanted.get(entry.filename.rsplit("/", 1)[-1].casefold())
                if name and name not in found:
                    found[name] = _content(packed, entry, most_bytes - sum(map(len, found.values())))
    except _DAMAGE as error:
        raise InvalidRequest("The archive is damaged, encrypted or packed in an unusual way.") from error
    return found


def _content(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # others unpack without a limit
        raise zipfile.BadZipFile(entry.filename)
    content = bytearray()
    with packed.open(entry) as file:
        while piece := file.read(PIECE):
            content += piece
            if len(content) > most:
                raise BodyTooLarge("The archive holds more bytes than the limit when it is unpacked.")
    return bytes(content)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.create_system = _UNIX
    entry.external_attr = 0o644 << 16
    return entry
