"""What is known of a job, as the table keeps it and as callers see it."""

from typing import Literal

from pydantic import Field

from lectern.manifest import Document

State = Literal["queued", "running", "done", "done_with_errors", "failed", "cancelled"]

ENDED: tuple[State, ...] = ("done", "done_with_errors", "failed", "cancelled")


class Place(Document):
    """One version of one object of the data store."""

    key: str
    version_id: str


class JobSettings(Document):
    """How a job is worked off."""

    chunk_rows: int = Field(default=100, ge=1, le=1000)
    concurrency: int = Field(default=40, ge=1, le=1000, description="Chunks graded at a time.")
    tolerated_failures: float = Field(
        default=5, ge=0, le=100, description="Percent of the chunks that may fail without stopping the others."
    )
    error_budget: float | None = Field(
        default=None, ge=0, le=1, description="For questions that have none of their own; 0.05 if not said."
    )
    gradebook: bool = Field(default=True, description="Whether the grades go into the gradebook.")


class Counts(Document):
    """Rows of a job so far. `graded` and `errors` together are what is done."""

    rows: int = 0
    graded: int = 0
    errors: int = 0
    needs_review: int = 0
    chunks: int = 0


class Job(Document):
    """A job. `version` and `digest` name the release that grades all of it, whatever is promoted meanwhile."""

    job_id: str
    tenant: str
    subject: str
    class_id: str
    name: str
    input: Place
    version: str
    digest: str
    settings: JobSettings
    state: State = "queued"
    reason: str = ""
    counts: Counts = Counts()
    outputs: dict[str, Place] = Field(default_factory=dict)
    created: str
    ended: str = ""
    opened: int = Field(default=1, description="How often it was started; a failed job can be taken up again.")
    revision: int = 1


class ChunkPointer(Document):
    """Where a chunk lies: what the state machine maps over."""

    number: int
    first: int = Field(description="The number of its first row in the file, from 1.")
    rows: int
    key: str
    version_id: str
