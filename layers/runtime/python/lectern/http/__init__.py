"""The one place that knows HTTP: a task as a FastAPI application and as a Lambda handler."""
