"""EventBridge Scheduler: one schedule per class, which sends the jobs function an event."""

import json
from collections.abc import Mapping
from typing import Any

from lectern.errors import FieldError, InvalidRequest, StoreUnavailable
from lectern.services.client import client, translated
from lectern.settings import settings

SERVICE = "EventBridge Scheduler"


def put(name: str, cron: str, time_zone: str, event: Mapping[str, Any]) -> None:
    """Create a schedule, or change it. Raises InvalidRequest for a time that is none, StoreUnavailable."""
    scheduler, wanted = client("scheduler"), _wanted(name, cron, time_zone, event)
    try:
        with translated(SERVICE):
            _put(scheduler, wanted)
    except StoreUnavailable as error:
        if "ValidationException" in error.detail:
            fault = FieldError(("cron",), "EventBridge takes no such cron expression or time zone")
            raise InvalidRequest("The schedule can't be accepted.", (fault,)) from error
        raise


def delete(name: str) -> None:
    """Remove a schedule, if there is one. Raises StoreUnavailable."""
    with translated(SERVICE, "ResourceNotFoundException"):
        client("scheduler").delete_schedule(Name=name, GroupName=settings().schedule_group)


def _put(scheduler: Any, wanted: dict[str, Any]) -> None:
    try:
        scheduler.create_schedule(**wanted)
    except scheduler.exceptions.ConflictException:
        scheduler.update_schedule(**wanted)


def _wanted(name: str, cron: str, time_zone: str, event: Mapping[str, Any]) -> dict[str, Any]:
    config = settings()
    if not (config.schedule_target and config.schedule_role):
        raise StoreUnavailable("No schedules are configured: LECTERN_SCHEDULE_TARGET and LECTERN_SCHEDULE_ROLE.")
    target: dict[str, Any] = {
        "Arn": config.schedule_target,
        "RoleArn": config.schedule_role,
        "Input": json.dumps(event),
    }
    if config.schedule_dead_letters:
        target["DeadLetterConfig"] = {"Arn": config.schedule_dead_letters}
    return {
        "Name": name,
        "GroupName": config.schedule_group,
        "ScheduleExpression": f"cron({cron})",
        "ScheduleExpressionTimezone": time_zone,
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5},
        "Target": target,
    }
