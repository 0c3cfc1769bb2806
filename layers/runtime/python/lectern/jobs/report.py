"""A job's report: its page, the same figures as CSV, and the tally that later jobs are compared with."""

from collections.abc import Sequence
from contextlib import suppress

from lectern.errors import UnknownObject
from lectern.jobs.documents import Job
from lectern.jobs.repository import Jobs
from lectern.prices import read_prices
from lectern.reports import Tally
from lectern.reports.cost import Price
from lectern.reports.drift import Earlier
from lectern.reports.figures import figures
from lectern.reports.listing import figures_csv
from lectern.reports.page import page
from lectern.settings import settings
from lectern.store import Store

TALLY = "tally.json"
MOST_EARLIER, LOOKED_AT = 6, 100


def report_files(job: Job, tally: Tally, before: Sequence[Job], store: Store) -> dict[str, bytes]:
    """The files by name. Raises StoreUnavailable."""
    found = figures(tally, earlier=_read(before, store), memory_mb=settings().grading_memory, price=_price())
    return {
        "report.html": page(job.name, found).encode(errors="replace"),
        "figures.csv": b"".join(figures_csv(found)),
        TALLY: tally.to_bytes(),
    }


def earlier_jobs(jobs: Jobs, job: Job) -> list[Job]:
    """The last jobs of the same class that ended before this one began, the oldest first."""
    known, _ = jobs.list(job.tenant, LOOKED_AT, None)
    same = [j for j in known if j.class_id == job.class_id and j.created < job.created and TALLY in j.outputs]
    return same[:MOST_EARLIER][::-1]


def _price() -> Price:
    prices = read_prices()
    source = f"AWS Lambda, x86, first tier, {prices.region}; requests are not part of it"
    return Price(prices["lambda_gb_second"], prices.currency, prices.as_of, source)


def _read(before: Sequence[Job], store: Store) -> list[Earlier]:
    found = []
    for job in before:
        place = job.outputs[TALLY]
        with suppress(UnknownObject, ValueError):  # erased, or of another release
            tally = Tally.from_bytes(store.get(place.key, place.version_id).data)
            found.append(Earlier(f"{job.name}, {job.created[:10]}", tally))
    return found
