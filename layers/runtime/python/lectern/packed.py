"""Files that are no plain text, known by their first bytes, whatever their names say. None is ever unpacked."""

_KINDS = {
    b"PK\x03\x04": "a zip archive (or an Excel or LibreOffice workbook)",
    b"PK\x05\x06": "an empty zip archive",
    b"\x1f\x8b": "a gzip file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive",
    b"\x28\xb5\x2f\xfd": "a zstd file",
    b"Rar!\x1a\x07": "a rar archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}

ENOUGH = max(map(len, _KINDS))
"""Bytes by which every kind is known."""


def kind_of(start: bytes) -> str:
    """What a file that begins so is, with an article; empty for what may be UTF-8 text."""
    return next((kind for magic, kind in _KINDS.items() if start.startswith(magic)), "")
