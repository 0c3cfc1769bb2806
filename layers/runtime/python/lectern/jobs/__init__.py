"""A batch as a job: split into chunks, graded by workers that may die, put together again (docs/adr/0015)."""
