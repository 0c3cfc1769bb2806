"""The contract of /v1/jobs, /v1/uploads and /v1/schedules."""

import csv
import io
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from lectern.batch.table import REQUIRED
from lectern.jobs.documents import Counts, JobSettings, State
from lectern.schemas import Request

MOST_INLINE = 1_000_000
"""Bytes of rows in a request; more are uploaded."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
FileName = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/\\]{1,100}$")]
Version = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.+-]{1,64}$")]


class JobInput(BaseModel):
    """One of: the key of an upload, CSV by the batch contract, or the same rows as objects."""

    model_config = Request.model_config

    key: Annotated[str, StringConstraints(min_length=1, max_length=1000)] | None = None
    csv: str | None = None
    rows: list[dict[str, str | float | int | None]] | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if sum(value is not None for value in (self.key, self.csv, self.rows)) != 1:
            raise ValueError("give one of key, csv and rows")
        if (size := len(self.data() or b"")) > MOST_INLINE:
            raise ValueError(f"has {size:,} bytes; the limit is {MOST_INLINE:,}; upload it (POST /v1/uploads)")
        return self

    def data(self) -> bytes | None:
        """Inline rows as CSV."""
        if self.rows is None:
            return None if self.csv is None else self.csv.encode(errors="replace")
        columns = [*REQUIRED, *sorted({name for row in self.rows for name in row} - set(REQUIRED))]
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\r\n")  # so that a lone CR in a cell is quoted
        writer.writerow(columns)
        writer.writerows([_cell(row.get(name)) for name in columns] for row in self.rows)
        return text.getvalue().encode(errors="replace")


class JobRequest(BaseModel):
    """A batch to grade."""

    model_config = Request.model_config

    input: JobInput
    name: Name = "batch"
    class_id: Name | None = Field(default=None, description="The class of rows that name none in a column `class`.")
    version: Version | None = Field(default=None, description="The version of the grader; by default the live one.")
    settings: JobSettings = JobSettings()


class JobView(BaseModel):
    """A job, and how far it is. `results` are addresses that work for a quarter of an hour."""

    job_id: str
    name: str
    class_id: str
    state: State
    reason: str
    version: str
    counts: Counts
    created: str
    ended: str
    results: dict[str, str] = Field(default_factory=dict)


class JobList(BaseModel):
    """Jobs, the newest first."""

    jobs: list[JobView]
    cursor: str | None


class UploadRequest(BaseModel):
    """A file that is to come."""

    model_config = Request.model_config

    file_name: FileName
    class_id: Name | None = Field(default=None, description="Put it where the class's schedule looks for it.")


class Upload(BaseModel):
    """PUT the file to `url` within a quarter of an hour; a job takes it by `key`."""

    key: str
    url: str


class ScheduleRequest(BaseModel):
    """When whatever has arrived for a class is graded."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    class_id: Name
    cron: Annotated[str, StringConstraints(pattern=r"^([0-9A-Z*?,/#-]{1,60} ){5}[0-9*,/-]{1,60}$")] = Field(
        description="Six fields of EventBridge: minutes hours day-of-month month day-of-week year."
    )
    time_zone: Annotated[str, StringConstraints(max_length=50)] = "UTC"
    settings: JobSettings = JobSettings()


class ScheduleView(BaseModel):
    """A schedule."""

    schedule_id: str
    class_id: str
    cron: str
    time_zone: str
    settings: JobSettings


class ScheduleList(BaseModel):
    """A tenant's schedules."""

    schedules: list[ScheduleView]


class Collected(BaseModel):
    """The jobs of every file that has arrived for a class, new ones and old ones."""

    jobs: list[str]


class Gone(BaseModel):
    """What was removed."""

    removed: str


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
