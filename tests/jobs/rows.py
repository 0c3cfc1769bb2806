"""Batches made of the example class."""

import csv
import io
from pathlib import Path

CLASS = Path("examples/class.csv")


def answers(count: int, poison: str = "", at: int = -1) -> bytes:
    """Rows of the class 8A with an answer and a student each; `poison` in the one at a place."""
    rows = list(csv.DictReader(io.StringIO(CLASS.read_text("utf-8"))))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for number in range(count):
        row = rows[number % len(rows)]
        answer = f"{row['answer']} {poison if number == at else ''}{number // len(rows) or ''}".strip()
        writer.writerow(row | {"id": f"r{number}", "student_id": f"s{number}", "answer": answer, "class": "8A"})
    return text.getvalue().encode()
