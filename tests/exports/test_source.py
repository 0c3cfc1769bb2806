"""What is uploaded as CSV: packed files, limits, encodings and line ends."""

import gzip
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from lectern.errors import BodyTooLarge, InvalidRequest
from lectern.exports import canvas, moodle
from lectern.exports.gradebook import Faults
from lectern.exports.records import read_sheet
from lectern.exports.source import lines


@pytest.mark.parametrize(
    "start", [b"PK\x03\x04", gzip.compress(b"x", mtime=0), b"BZh9", b"\xfd7zXZ\x00", b"\xd0\xcf\x11\xe0", b"%PDF-1"]
)
@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_packed_file_is_refused_by_its_first_bytes(start: bytes, size: int) -> None:
    data = start + b"Student,ID\n" * 10
    with pytest.raises(InvalidRequest, match="not packed"):
        canvas.read(data[i : i + size] for i in range(0, len(data), size))


def test_a_file_that_has_no_end_is_read_up_to_the_limit() -> None:
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        while True:
            read += 1000
            yield b"a,b\n" * 250

    with pytest.raises(BodyTooLarge, match="100,000 bytes"):
        for _ in lines(endless(), 100_000):
            pass
    assert read == 101_000


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"a,b\n1,\xff\n", "line 2: is not UTF-8"),
        (b"a,b\n\xe9", "line 2: is not UTF-8"),
        ("a,b\n".encode("utf-16"), "UTF-16"),
        (b"a,\0b\n", "NUL"),
        (b"a\n" + b"x" * 1_000_001, "line 2: the line has more than 1,000,000 characters"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        list(lines([data]))


def test_lines_are_the_same_however_they_are_cut() -> None:
    text = "\ufeffa,b\r\nü,\u2028\x0b\x85\rlast\n\n\r\r\nend"
    expected = ["a,b\r\n", "ü,\u2028\x0b\x85\r", "last\n", "\n", "\r", "\r\n", "end"]
    data, chance = text.encode(), random.Random(5)
    for _ in range(200):
        cuts = sorted(chance.randrange(len(data)) for _ in range(chance.randrange(6)))
        chunks = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert list(lines(chunks)) == expected


def test_records_know_their_lines() -> None:
    sheet = read_sheet([b'a,b\n"1\n2",x\n\n,\n3\n'], Faults())
    assert [(record.line, record.cells) for record in sheet.records] == [(2, ["1\n2", "x"]), (6, ["3", ""])]


def test_a_huge_cell_is_read() -> None:
    comment = "x" * 900_000
    text = f'ID number,A (Real),A (Feedback)\ns,1,"{comment}"\n'
    assert moodle.read([text.encode()]).marks[0].comment == comment


def test_reading_holds_a_record_at_a_time() -> None:
    def rows(count: int) -> Iterator[bytes]:
        yield b"a,b\n"
        for number in range(count):
            yield b"%d,some text that is a little longer\n" % number

    def peak(count: int) -> int:
        tracemalloc.start()
        for _ in read_sheet(rows(count), Faults()).records:
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(1000) + 20_000
