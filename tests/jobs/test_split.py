"""A file becomes chunks: every row once, in order, by rows and by size, whatever is in it."""

import bz2
import gzip
import io
import lzma
import tracemalloc
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from lectern.errors import InvalidRequest
from lectern.gradebook.bank import Bank as Entries
from lectern.gradebook.documents import Class, Question
from lectern.jobs.bank import Bank
from lectern.jobs.documents import Job, JobSettings, Place
from lectern.jobs.split import Chunk, Split, read_chunk, read_pointers, split
from lectern.packs.pointers import Pointer, Pointers
from lectern.store.local import LocalStore
from lectern.table import Table
from tests.jobs.test_worker import HEADER, TENANTS


def job_of(place: Place, chunk_rows: int = 100) -> Job:
    return Job(
        job_id="j1",
        tenant="school",
        subject="t",
        class_id="",
        name="n",
        input=place,
        version="1.0.0",
        digest="",
        settings=JobSettings(chunk_rows=chunk_rows),
        created="",
    )


def cut(store: LocalStore, data: bytes, chunk_rows: int = 10, bank: Bank | None = None) -> tuple[Split, list[Chunk]]:
    written = store.put("in.csv", data)
    job = job_of(Place(key="in.csv", version_id=written.version_id), chunk_rows)
    found = split(job, store, Pointers(store), bank or Bank(None, "school", None))
    return found, [read_chunk(store, pointer) for pointer in read_pointers(store, "school", "j1")]


def row(number: int, answer: str = "A") -> str:
    return f"r{number},s,q,Q?,R,{answer},1\n"


def test_every_row_once_and_in_order(local_store: LocalStore) -> None:
    found, chunks = cut(local_store, (HEADER + "".join(map(row, range(25)))).encode())
    assert (found.chunks, found.rows) == (3, 25)
    assert [len(chunk.rows) for chunk in chunks] == [10, 10, 5]
    assert [r.cells["id"] for chunk in chunks for r in chunk.rows] == [f"r{n}" for n in range(25)]
    assert [pointer.first for pointer in read_pointers(local_store, "school", "j1")] == [1, 11, 21]


def test_a_file_without_rows_is_a_job_without_chunks(local_store: LocalStore) -> None:
    found, chunks = cut(local_store, HEADER.encode())
    assert (found.chunks, found.rows, chunks) == (0, 0, [])


def test_a_row_with_much_text_is_a_chunk_of_its_own(local_store: LocalStore) -> None:
    data = HEADER + row(0) + row(1, "x" * 5_000_000) + row(2)
    _, chunks = cut(local_store, data.encode())
    assert [[r.cells["id"] for r in chunk.rows] for chunk in chunks] == [["r0"], ["r1"], ["r2"]]


def test_bytes_that_are_not_utf8_come_back_as_they_were(local_store: LocalStore) -> None:
    _, (chunk,) = cut(local_store, HEADER.encode() + b"r0,s,q,Q?,R,caf\xe9,1\n")
    assert chunk.rows[0].error == "answer is not UTF-8"
    assert chunk.rows[0].cells["answer"].encode(errors="surrogateescape") == b"caf\xe9"


def test_cut_again_it_is_the_same_even_if_the_file_has_changed(local_store: LocalStore) -> None:
    data = (HEADER + row(0) + row(1)).encode()
    first, before = cut(local_store, data)
    second, after = cut(local_store, data + row(2).encode())  # the key's newest version is another one now
    assert (first, before) == (second, after)


def test_the_packs_of_the_beginning_are_pinned(local_store: LocalStore, monkeypatch: pytest.MonkeyPatch) -> None:
    pins = {"q": Pointer(question_id="q", version="3", sha256="0" * 64)}
    monkeypatch.setattr(Pointers, "find", lambda self, tenant, question: pins.get(question))
    _, (chunk,) = cut(local_store, (HEADER + row(0)).encode())
    assert chunk.packs == {"q": {"question_id": "q", "version": "3", "sha256": "0" * 64}}


def test_the_bank_fills_in_what_a_row_leaves_out(local_store: LocalStore, table: Table) -> None:
    tenant = next(TENANTS)
    known = Question(question="Bank?", references=("B1", "B2"), max_score=5, step=0.5, error_budget=0.1)
    Entries(table).put_question(tenant, "q", known)
    Entries(table).put_class(tenant, "7b", Class(error_budget=0.3))
    data = HEADER.strip() + ",class\nr0,s,q,,,A,1,7b\nr1,s,other,Q?,R,A,1,7b\nr2,s,other,Q?,R,A,1,8a\n"
    _, (chunk,) = cut(local_store, data.encode(), bank=Bank(table, tenant, 0.2))
    first, second, third = (r.item or {} for r in chunk.rows)
    assert (first["question"], first["references"]) == ("Bank?", ["B1", "B2"])
    assert (first["max_score"], first["step"]) == (1.0, 0.5)  # the row names its own max_score
    assert (first["error_budget"], second["error_budget"], third["error_budget"]) == (0.1, 0.3, 0.2)
    assert second["references"] == ["R"]


def test_a_file_that_is_gone_is_said(local_store: LocalStore) -> None:
    job = job_of(Place(key="nowhere", version_id="1"))
    with pytest.raises(InvalidRequest, match="gone"):
        split(job, local_store, Pointers(None), Bank(None, "school", None))


def bomb(name: str) -> bytes:
    """A small file that unpacks to 20 MB of rows."""
    rows = HEADER.encode() + b"0" * 20_000_000
    if name == "gzip":
        return gzip.compress(rows)
    if name != "zip":
        return bz2.compress(rows) if name == "bzip2" else lzma.compress(rows)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("class.csv", rows)
    return packed.getvalue()


@pytest.mark.parametrize("name", ["zip", "gzip", "bzip2", "xz"])
def test_a_bomb_that_is_called_csv_is_not_unpacked(local_store: LocalStore, name: str) -> None:
    data = bomb(name)
    assert len(data) < 50_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest, match=f"{name}.* file|{name} archive"):
            cut(local_store, data)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """A file four times as long, 6 MB more of it: a digest of each id and a pointer to each chunk, no text."""
    text = "x" * 3970
    short, long = (peak_of(tmp_path / str(count), (row(n, text) for n in range(count))) for count in (500, 2_000))
    assert long - short < 600_000


def peak_of(home: Path, rows: Iterable[str]) -> int:
    """Most bytes held while the rows, written to a file one after another, are cut."""
    home.mkdir()
    with (home / "in.csv").open("w", encoding="utf-8") as file:
        file.write(HEADER)
        written = sum(file.write(line) > 0 for line in rows)
    store = LocalStore(home / "store")
    place = Place(key="in.csv", version_id=store.upload("in.csv", home / "in.csv").version_id)
    tracemalloc.start()
    try:
        assert split(job_of(place), store, Pointers(None), Bank(None, "school", None)).rows == written
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
