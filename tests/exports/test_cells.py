"""Cells that spreadsheets would run are text, numbers stay numbers, and everything comes back."""

import csv
import io
import random

import pytest

from lectern.batch.grades import Grade, grades_csv
from lectern.batch.table import read_table
from lectern.cells import line, number, plain, safe

FORMULAS = [
    "=1+1",
    "+cmd|'/c calc'!A1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\0=",
    "＝1+1",
    "＠x",
    " =1",
    "-",
    "+",
]
HARMLESS = ["", "1", "-1", "+1", "-0.5", "1e-7", "-.5", "-1,5", "a=1", "it's", "'", "''", "'a", "é", "5 - 3"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_gets_a_mark(text: str) -> None:
    assert safe(text) == "'" + text
    assert plain(safe(text)) == text


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_none_stays(text: str) -> None:
    assert safe(text) == text == plain(text)


@pytest.mark.parametrize("text", ["'=1", "''=1", "'-", "'-1", "' =x"])
def test_a_text_that_looks_marked_comes_back(text: str) -> None:
    assert plain(safe(text)) == text


def test_every_text_comes_back_and_none_is_a_formula() -> None:
    chance = random.Random(7)
    for _ in range(20_000):
        text = "".join(chance.choices("='+-@ \t\r\n1.ae,\"", k=chance.randrange(6)))
        cell = next(csv.reader(io.StringIO(line([text, "x"]).decode(), newline="")))[0]
        assert plain(cell) == text
        assert cell[:1] not in tuple("=@\t\r\n") and (cell[:1] not in tuple("+-") or float(cell.replace(",", ".")) < 99)


@pytest.mark.parametrize("value", [0, 1, -1, 0.1, 1 / 3, 1e-9, 1e22, 123456789.123])
def test_a_number_is_read_as_itself(value: float) -> None:
    assert float(number(value)) == value
    assert not number(1).count(".")


def test_the_grades_of_a_batch_are_safe_and_the_same_rows() -> None:
    header = "id,student_id,question_id,question,reference,answer,max_score,+note\n"
    data = (
        header.encode()
        + b'1,-7,q,Why?,So.,"=HYPERLINK(""http://x"",""y"")",1,-1\n2,@s,q,Why?,So.,\xff,1,=a\n3,s,q,Why?,So.,"a\rb\r\n=c",1,\n'
    )
    table = read_table(data)
    out = grades_csv(table, [Grade(row, None, "-- no") for row in table.rows])
    assert out.splitlines()[0].startswith(header.strip().replace("+note", "'+note").encode())
    assert b"\xff" in out
    read = list(csv.reader(io.StringIO(out.decode("utf-8", "surrogateescape"), newline="")))
    assert [[plain(cell) for cell in cells[:8]] for cells in read[1:]] == [[*row.cells.values()] for row in table.rows]
    assert not [cell for cells in read for cell in cells if cell[:1] in tuple("=@+")]
    assert read[1][1] == "-7" and read[1][-1] == "'-- no"
