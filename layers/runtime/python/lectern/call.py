"""What belongs to one call beside its payload: who asks, how long it may take, how long each stage took."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lectern.errors import DeadlineExceeded
from lectern.principal import Principal

Row = TypeVar("Row")


@dataclass
class Call:
    """One request's context. `student` keeps a canary sticky; `deadline` is a time of the monotonic clock."""

    principal: Principal
    request_id: str
    student: str = ""
    deadline: float | None = None
    milliseconds: dict[str, float] = field(default_factory=dict)
    """Time spent by stage."""
    version: str = ""
    """The version that answers, once it is known."""
    fallback: str = ""
    """The kind of error that kept the heavy model from answering."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage, added to what it took before; none begins after the deadline. Raises DeadlineExceeded."""
        started = time.monotonic()
        self._check(name)
        try:
            yield
        finally:
            spent = (time.monotonic() - started) * 1000
            self.milliseconds[name] = round(self.milliseconds.get(name, 0.0) + spent, 3)

    def within_deadline(self, rows: Sequence[Row]) -> Iterator[Row]:
        """The rows, one after another while there is time. Raises DeadlineExceeded."""
        for row in rows:
            self._check("infer")
            yield row

    def again(self) -> "Call":
        """The same call with times of its own, for stages that run once more within another one."""
        return replace(self, milliseconds={})

    def _check(self, stage: str) -> None:
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise DeadlineExceeded(f"The deadline passed at the stage '{stage}'.")
