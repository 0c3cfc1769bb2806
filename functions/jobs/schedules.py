"""What the routes of schedules do."""

from zoneinfo import available_timezones

from functions.jobs.schemas import Collected, Gone, ScheduleList, ScheduleRequest, ScheduleView
from lectern.errors import FieldError, InvalidRequest
from lectern.http.api import Asked
from lectern.jobs.repository import Jobs
from lectern.jobs.resources import data_store, data_table, release_store
from lectern.jobs.schedules import Schedule, Schedules, collect, schedule_id
from lectern.services import scheduler
from lectern.validation import validate


def put_schedule(asked: Asked) -> ScheduleView:
    """Give a class its schedule, or another one."""
    request = validate(ScheduleRequest, asked.body)
    if request.time_zone not in available_timezones():
        raise InvalidRequest("The schedule can't be accepted.", (FieldError(("time_zone",), "is no IANA time zone"),))
    name = schedule_id(asked.tenant, request.class_id)
    schedule = Schedule(schedule_id=name, tenant=asked.tenant, **request.model_dump())
    Schedules(data_table()).put(schedule)
    who = asked.call.principal
    principal = {"tenant": who.tenant, "subject": who.subject, "roles": list(who.roles)}
    scheduler.put(name, request.cron, request.time_zone, {"step": "collect", "principal": principal, "schedule": name})
    return _view(schedule)


def list_schedules(asked: Asked) -> ScheduleList:
    """A tenant's schedules."""
    return ScheduleList(schedules=[_view(schedule) for schedule in Schedules(data_table()).all(asked.tenant)])


def run_schedule(asked: Asked) -> Collected:
    """Grade now what has arrived, as the schedule does at its time. Raises UnknownSchedule."""
    schedule = Schedules(data_table()).get(asked.tenant, asked.path["schedule_id"])
    found = collect(schedule, asked.call.principal, Jobs(data_table()), data_store(), release_store())
    return Collected(jobs=[job.job_id for job in found])


def delete_schedule(asked: Asked) -> Gone:
    """Remove a schedule; files that have arrived stay. Raises UnknownSchedule."""
    schedule = Schedules(data_table()).get(asked.tenant, asked.path["schedule_id"])
    scheduler.delete(schedule.schedule_id)
    Schedules(data_table()).delete(asked.tenant, schedule.schedule_id)
    return Gone(removed=schedule.schedule_id)


def _view(schedule: Schedule) -> ScheduleView:
    return ScheduleView.model_validate(schedule.model_dump(exclude={"tenant"}))
