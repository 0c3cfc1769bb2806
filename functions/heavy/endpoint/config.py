"""Settings of an endpoint, from the environment (prefix `LECTERN_ENDPOINT_`); store and key are the functions' own."""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class EndpointSettings(BaseSettings):
    """What differs between endpoints. SageMaker wants port 8080 on every address, and /invocations."""

    model_config = SettingsConfigDict(env_prefix="LECTERN_ENDPOINT_", frozen=True)

    model: str = "grading-large"
    """The model that it serves."""

    version: str = ""
    """The version, else the one that the alias names when the endpoint starts."""

    host: str = "0.0.0.0"  # noqa: S104  # a container's own network
    port: int = Field(default=8080, ge=1024, le=65535)
    path: str = "/invocations"

    batch: int = Field(default=32, ge=1)
    """Requests that are worked on together."""

    wait: float = Field(default=0.005, gt=0, le=1)
    """Seconds that the first of them waits for others."""

    waiting: int = Field(default=256, ge=1)
    """Requests inside at a time; more are refused at once, so that nobody queues for what comes too late."""

    seconds: float = Field(default=30.0, gt=0, le=60)
    """After which a request is given up, whatever became of it."""

    precision: str = Field(default="bfloat16", pattern="^(bfloat16|float32)$")
    """Of a transformers model on a GPU; on a CPU it is float32."""
