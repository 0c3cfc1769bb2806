"""Schedules: when a class's arrivals are graded, and the step that looks for them.

Arrivals are their own record: a file's job is named by its version, so a schedule that fires twice, or late, finds the
jobs that are there.
"""

import hashlib
from collections.abc import Iterator
from typing import Any

from lectern.errors import UnknownSchedule
from lectern.jobs.create import Wanted, create
from lectern.jobs.documents import Job, JobSettings
from lectern.jobs.places import incoming, part, tenant_pk
from lectern.jobs.repository import Jobs
from lectern.manifest import Document
from lectern.principal import Principal
from lectern.store import Store
from lectern.table import Table


class Schedule(Document):
    """A class's schedule: EventBridge's six cron fields and an IANA time zone."""

    schedule_id: str
    tenant: str
    class_id: str
    cron: str
    time_zone: str
    settings: JobSettings


class Schedules:
    """Schedules in the table. Every method raises StoreUnavailable."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, schedule: Schedule) -> None:
        """Keep a schedule, in the place of one with the same name."""
        keys = {"pk": tenant_pk(schedule.tenant), "sk": _sk(schedule.schedule_id)}
        self._table.put(keys | schedule.model_dump(mode="json"))

    def get(self, tenant: str, schedule_id: str) -> Schedule:
        """A schedule. Raises UnknownSchedule."""
        item = self._table.get(tenant_pk(tenant), _sk(schedule_id))
        if item is None:
            raise UnknownSchedule("There is no such schedule.")
        return _schedule(item)

    def all(self, tenant: str) -> Iterator[Schedule]:
        """A tenant's."""
        return map(_schedule, self._table.all(tenant_pk(tenant), "SCHEDULE#"))

    def delete(self, tenant: str, schedule_id: str) -> None:
        """Remove a schedule, if there is one."""
        self._table.delete(tenant_pk(tenant), _sk(schedule_id))


def schedule_id(tenant: str, class_id: str) -> str:
    """A class has one schedule; its name is one that EventBridge takes."""
    return hashlib.sha256(f"{tenant}\0{class_id}".encode()).hexdigest()[:32]


def collect(schedule: Schedule, principal: Principal, jobs: Jobs, store: Store, releases: Store) -> list[Job]:
    """A job for every file that lies in the class's folder. Raises StoreUnavailable, or UnknownRelease."""
    found = []
    for key in store.keys(incoming(schedule.tenant, schedule.class_id)):
        name = key.rsplit("/", 1)[-1]
        wanted = Wanted(name=name, key=key, class_id=schedule.class_id, settings=schedule.settings, once=True)
        found.append(create(wanted, principal, jobs, store, releases))
    return found


def _sk(name: str) -> str:
    return f"SCHEDULE#{part(name)}"


def _schedule(item: dict[str, Any]) -> Schedule:
    return Schedule.model_validate({name: item[name] for name in Schedule.model_fields if name in item})
