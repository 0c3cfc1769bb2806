"""The routes of jobs. All are for teachers: what they show is students' work."""

from functions.jobs import schedules, task
from functions.jobs.schemas import (
    Collected,
    Gone,
    JobList,
    JobRequest,
    JobView,
    ScheduleList,
    ScheduleRequest,
    ScheduleView,
    Upload,
    UploadRequest,
)
from lectern.http.api import Route, for_teachers

_ROUTES = [
    Route("POST", "/v1/jobs", task.post_job, JobRequest, JobView, 202, parameters=("Idempotency-Key",)),
    Route("GET", "/v1/jobs", task.list_jobs, response=JobList, parameters=("limit", "cursor")),
    Route("GET", "/v1/jobs/{job_id}", task.get_job, response=JobView),
    Route("POST", "/v1/jobs/{job_id}/cancel", task.cancel_job, response=JobView),
    Route("POST", "/v1/uploads", task.post_upload, UploadRequest, Upload, 201),
    Route("POST", "/v1/schedules", schedules.put_schedule, ScheduleRequest, ScheduleView, 201),
    Route("GET", "/v1/schedules", schedules.list_schedules, response=ScheduleList),
    Route("POST", "/v1/schedules/{schedule_id}/run", schedules.run_schedule, response=Collected, status=202),
    Route("DELETE", "/v1/schedules/{schedule_id}", schedules.delete_schedule, response=Gone),
]

ROUTES = for_teachers(_ROUTES)
