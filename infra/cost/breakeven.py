"""Lambda against a GPU that is always on: from how many grades a month the GPU is the cheaper one."""

from typing import NamedTuple

from infra.cost.month import HOURS

SECONDS = HOURS * 3600


class BreakEven(NamedTuple):
    """`grades` a month, and the `rate` a second that the instance then has to keep up all month; `grades` is None where
    it can't: at full load, a grade on it costs more than on Lambda.
    """

    instance: str
    month: float
    grades: float | None
    rate: float


def break_even(instance: str, hour: float, grade: float, rate: float | None = None) -> BreakEven:
    """Dollars of an hour of the instance and of a grade on Lambda; `rate`: grades a second that the instance can do."""
    month = hour * HOURS
    grades = month / grade
    needed = grades / SECONDS
    return BreakEven(instance, month, grades if rate is None or rate >= needed else None, needed)
