"""Settings of a function, from the environment (prefix `LECTERN_`)."""

import os
from functools import cache
from typing import Literal, get_args

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LogLevel = Literal["INFO", "WARNING", "ERROR", "CRITICAL"]

LOG_LEVELS: tuple[LogLevel, ...] = get_args(LogLevel)
"""From the least to the gravest."""


class Settings(BaseSettings):
    """What differs between deployments. The defaults suit AWS: nothing is trusted that was not configured."""

    model_config = SettingsConfigDict(env_prefix="LECTERN_", frozen=True)

    environment: Literal["aws", "local"] = "aws"
    """`local` lets requests without an authorizer's claims act for the development principal."""

    deployment: str = Field(default="local", min_length=1)
    """The environment's name, which its metrics bear, so that two in one account are told apart."""

    store: str = ""
    """Where releases are: `s3://bucket` or `file:folder`."""

    data_store: str = ""
    """Where a tenant's own data is (question packs), like `store`; without it no question has a pack."""

    table: str = ""
    """The DynamoDB table of jobs and of the gradebook."""

    grading_function: str = ""
    """The name of the grading function, which a regrade asks."""

    state_machine: str = ""
    """The ARN of the state machine that works a job off."""

    grading_memory: int = Field(default=1024, gt=0)
    """The memory of the grading function in MB, for what a job cost."""

    schedule_group: str = "default"
    """The group of EventBridge schedules."""

    schedule_target: str = ""
    """The ARN of the jobs function, which schedules call."""

    schedule_role: str = ""
    """The ARN of the role that schedules call it with."""

    schedule_dead_letters: str = ""
    """The ARN of the queue for what a schedule could not deliver; without it that is lost."""

    dead_letters: str = ""
    """The URL of the queue for rows that could not be graded; without it they are in the job's results alone."""

    topic: str = ""
    """The ARN of the SNS topic that hears of every job's end."""

    webhook: str = Field(default="", pattern=r"^(https://.*|http://127\.0\.0\.1[:/].*)?$")
    """An address that hears of every job's end."""

    webhook_key: str = ""
    """What the webhook's messages are signed with."""

    public_key: str = ""
    """The key that signs releases: base64 of its DER SubjectPublicKeyInfo (ECDSA P-256)."""

    alias: str = "live"
    """The alias that answers requests without a version."""

    models: dict[str, str] = {}
    """Which model answers in the place of a task's own, by that one's name: `{"grading": "grading-small"}`."""

    models_mb: int = Field(default=0, ge=0)
    """Memory for loaded models in MB, all together: beyond it the least recently used are let go. 0: no bound."""

    tasks: tuple[str, ...] = ()
    """The tasks that the function `text` serves; left out, all that it can."""

    preload_tasks: tuple[str, ...] = ()
    """Tasks that the function `text` imports and loads while it starts; all others wait until they are asked for."""

    heavy_endpoint: str = ""
    """The SageMaker endpoint of heavy models; without it the fast ones answer everything."""

    heavy_components: dict[str, str] = {}
    """The inference component of each model that the endpoint serves, by the model's name; empty where the endpoint has
    none, and serves one model.
    """

    heavy_seconds: float = Field(default=5.0, gt=0, le=60)
    """How long a request may wait for the endpoint."""

    heavy_below: float = Field(default=0.6, ge=0, le=1)
    """The confidence of the fast model under which the tier `auto` asks the heavy one (docs/results/cascade.md)."""

    alias_seconds: float = Field(default=30.0, ge=0)
    """How long a warm function trusts what it knows of an alias."""

    store_timeout_seconds: float = Field(default=10.0, gt=0)

    search_megabytes: int = Field(default=600, gt=0)
    """Memory for collections that a warm search function keeps."""

    max_body_bytes: int = Field(default=5_000_000, gt=0)
    """Below the platform's 6 MB, so that callers get our own error."""

    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    """Answers of a batch worked on at a time."""

    preload: bool = Field(default_factory=lambda: "AWS_LAMBDA_FUNCTION_NAME" in os.environ)
    """Load the release while the function starts, which Lambda does at full speed."""

    edge_secret: str = ""
    """What CloudFront says in a header, so that nobody gets around it; without it nothing is asked for."""

    docs: bool = False
    """Serve OpenAPI at /docs."""

    log_level: LogLevel = "INFO"
    """What is less than this is not logged."""

    metrics: bool = True
    """Print CloudWatch metrics among the logs."""


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
