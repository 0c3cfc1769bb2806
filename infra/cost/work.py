"""What one grade makes the services do: bytes and calls (tests/cost counts them in a job)."""

from math import ceil

BYTES_PER_WORD = 5.3
"""Mean of the texts that the benchmark grades, the space included."""

RESPONSE_BYTES = 820
"""A response without explanation (420) and its headers."""

LOG_BYTES = 1400
"""The log line of an invocation, its metrics, and Lambda's own START, END and REPORT."""

ITEM_BYTES = 940
"""Of a grade in the table, beside its texts."""

S3_BYTES = 900
"""Of a row in the input, its chunk, its outcome and grades.csv, beside its texts, which are in them four times."""

CHUNK_PUTS, CHUNK_GETS = 2, 4
JOB_PUTS, JOB_GETS = 7, 5
"""Requests of S3: an upload, the list of the chunks and five results; the input and the list, each read again."""

CHUNK_WRITES, CHUNK_READS = 3, 2
"""Units of the table: a chunk is claimed, committed and booked; its job and its entry are read."""

ROW_READS = 1
"""Units: whether a grade is there already."""

CHUNK_TRANSITIONS, JOB_TRANSITIONS = 2, 4
"""An execution's states and one more: a chunk's, and Split, Grade and Finish."""


def text_bytes(words: float) -> float:
    """Of question, reference and answer."""
    return words * BYTES_PER_WORD


def item_bytes(words: float) -> float:
    """Of a grade in the table."""
    return ITEM_BYTES + text_bytes(words)


def row_writes(words: float) -> int:
    """Units: the grade and its history in a transaction, which counts twice, and the queue's index.

    Every grade is taken to wait for a teacher, which is the most there can be.
    """
    units = ceil(item_bytes(words) / 1024)
    return 2 * 2 * units + units


def row_objects(words: float) -> float:
    """Bytes of a row in the objects of its job."""
    return S3_BYTES + 4 * text_bytes(words)
