"""Bytes that somebody uploaded, as lines of text: limits hold while they stream, and nothing is unpacked."""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import chain

from lectern import packed
from lectern.errors import BodyTooLarge, InvalidRequest
from lectern.exports.gradebook import refuse

MOST_BYTES = 50_000_000
MOST_LINE = 1_000_000

_END = re.compile(r"\r\n|\n|\r(?=.)", re.DOTALL)


def lines(chunks: Iterable[bytes], most_bytes: int = MOST_BYTES) -> Iterator[str]:
    """The lines of UTF-8 text, with their ends (LF, CR LF or CR), without a byte order mark.

    Raises:
        InvalidRequest: it is packed, holds NUL, or is not UTF-8; with the line.
        BodyTooLarge: it has more bytes than allowed, as soon as that is known.
    """
    kept, number = "", 1
    for piece in _text(_begun(limited(chunks, most_bytes))):
        text, start = kept + piece, 0
        for end in _END.finditer(text):
            yield text[start : end.end()]
            start, number = end.end(), number + 1
        kept = text[start:]
        if len(kept) > MOST_LINE:
            raise refuse(number, "", f"the line has more than {MOST_LINE:,} characters")
    if kept:
        yield kept


def limited(chunks: Iterable[bytes], most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """The chunks. Raises BodyTooLarge as soon as there are more bytes."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most_bytes:
            raise BodyTooLarge(f"The file has more than {most_bytes:,} bytes, which is the limit.")
        yield chunk


def _begun(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks, the first one long enough to know a packed file by."""
    start = b""
    for chunk in chunks:
        start += chunk
        if len(start) >= packed.ENOUGH:
            break
    if kind := packed.kind_of(start):
        raise InvalidRequest(f"The file is {kind}; save it as CSV UTF-8, not packed.")
    yield start
    yield from chunks


def _text(chunks: Iterable[bytes]) -> Iterator[str]:
    decoder, line = codecs.getincrementaldecoder("utf-8-sig")(), 1
    for chunk, is_last in chain(((chunk, False) for chunk in chunks), [(b"", True)]):
        if b"\0" in chunk:
            raise refuse(line + chunk[: chunk.index(b"\0")].count(b"\n"), "", "holds NUL bytes, so it is not CSV")
        try:
            yield decoder.decode(chunk, is_last)
        except UnicodeDecodeError as error:
            raise refuse(line + error.object[: error.start].count(b"\n"), "", "is not UTF-8") from None
        line += chunk.count(b"\n")
