"""What a deployment can choose, typed; the choices are data (environments.toml, functions.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from infra.frozen import Frozen
from infra.text import TextSettings
from model_store.catalogue import EMBEDDED, HeavyModel, read_model

HERE = Path(__file__).parent

CREATED_ALIASES = ("live",)
"""The aliases that the first deployment points at the embedded releases."""

Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]
LogDays = Literal[1, 7, 14, 30, 90, 365]


class FunctionSettings(Frozen):
    """One function's row of functions.toml."""

    memory: int = Field(ge=128, le=10_240)
    timeout: int = Field(ge=1, le=900)
    rate: int = Field(ge=1)
    burst: int = Field(ge=1)
    p99_seconds: float = Field(gt=0)
    asynchronous: bool = False
    owns: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """The models that it answers with, where they are not one of its own name."""

    reviewed: bool = True
    """Whether answers can ask for a human's look."""

    reserved: int | None = Field(default=None, ge=1)
    """Reserved concurrency; a new account has none to give away."""


class HeavySettings(Frozen):
    """The GPU endpoint."""

    enabled: bool = False
    """A new account has no quota for GPU instances: ask for it first."""

    image: str = ""
    """The ECR URI of the container."""

    models: tuple[HeavyModel, ...] = Field(default=("grading-large",), min_length=1)
    """The models that it serves, each an inference component of its own, with copies and a GPU of its own."""

    instance: str = "ml.g6.xlarge"
    memory: int = Field(default=8192, ge=128)
    """MB that one copy of the model needs; ml.g6.xlarge and ml.g5.xlarge have 16 GB, some of it the system's."""

    most_copies: int = Field(default=2, ge=1)
    """Of each model."""
    invocations_per_copy: int = Field(default=60, ge=1)
    """A minute, before another copy starts."""

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()

    @property
    def most_instances(self) -> int:
        """When every model has all its copies, each on a GPU of its own."""
        return self.most_copies * len(self.models)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.enabled and ".dkr.ecr." not in self.image:
            raise ValueError("the endpoint is enabled, so image must be the ECR URI of its container")
        if len(set(self.models)) < len(self.models):
            raise ValueError("models: each at most once")
        if bool(self.subnets) != bool(self.security_groups):
            raise ValueError("subnets and security_groups come together")
        return self


class Deployment(Frozen):
    """One environment."""

    name: str = Field(pattern=r"^[a-z][a-z0-9]{1,15}$")
    region: str = Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    account: str = Field(default="", pattern=r"^(\d{12})?$")
    """Left out, the account of whoever deploys."""

    monthly_budget: int = Field(gt=0)
    """US dollars."""

    alarm_emails: tuple[Email, ...] = ()
    lock_days: int = Field(default=0, ge=0, le=3650)
    """How long no version in the model bucket can be removed; 0: it can be removed at once."""

    log_days: LogDays = 30
    protect: bool = False
    """Whether what holds data stays when its stack is deleted, and pools and tables refuse to be deleted."""

    restored_table: str = ""
    """The name of a table that was restored from a backup and takes the place of the deployment's own."""

    old_versions_days: int = Field(default=30, ge=1)
    """How long what was overwritten in the data bucket is kept."""

    releases: tuple[str, ...] = EMBEDDED
    """The models whose embedded release the first deployment publishes."""

    alias: str = "live"
    models: Mapping[str, str] = {}
    """Which model answers in the place of a task's own."""

    origins: tuple[str, ...] = ()
    """Web origins that may call the API, besides mobile apps, which need none."""

    callbacks: tuple[str, ...] = ("lectern://signed-in",)
    """Where the sign-in page sends the app back to."""

    domain: str = ""
    console_domain: str = ""
    certificate: str = ""
    """Names of one's own for the API and for the console, and the ARN of the certificate of both, in us-east-1."""

    edge_secret_version: str = ""
    """The version of the secret between CloudFront and the functions; the newest, where it is left out."""

    requests_per_address: int = Field(default=10_000, ge=10)
    """In five minutes, before the firewall stops an address; a whole school may share one."""

    webhook: str = ""
    webhook_secret: str = ""
    """The name of the secret in Secrets Manager that signs the webhook's messages."""

    heavy: HeavySettings = HeavySettings()
    text: TextSettings = TextSettings()

    @property
    def prefix(self) -> str:
        """What every name begins with."""
        return f"lectern-{self.name}"

    def models_of(self, function: str, row: FunctionSettings) -> list[str]:
        """The models that a function answers with; none for one without."""
        named = [self.models.get(model, model) for model in row.models or (function,)]
        return [model for model in named if model in self.releases]

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _check_models(self)
        _check_instance(self.heavy, self.region)
        if bool(self.domain or self.console_domain) != bool(self.certificate):
            raise ValueError("a domain and a certificate come together")
        if self.certificate and ":us-east-1:" not in self.certificate:
            raise ValueError("the certificate must be one of us-east-1, where CloudFront looks for it")
        if bool(self.webhook) != bool(self.webhook_secret):
            raise ValueError("webhook and webhook_secret come together")
        return self


@cache
def regions() -> dict[str, list[str]]:
    """The GPU instances that each region has."""
    return tomllib.loads((HERE / "regions.toml").read_text("utf-8"))


def _check_models(deployment: Deployment) -> None:
    if deployment.alias not in CREATED_ALIASES:
        raise ValueError(
            f"alias: no model has an alias {deployment.alias!r} after the first deployment, which creates "
            f"{', '.join(CREATED_ALIASES)}; functions would answer 503"
        )
    for name in {*deployment.releases, *deployment.models.values()}:
        try:
            read_model(name)
        except KeyError as error:
            raise ValueError(f"models: {error.args[0]}") from None
    if missing := set(deployment.models.values()) - set(deployment.releases):
        raise ValueError(f"models: {', '.join(missing)} would have no release; add it to releases")


def _check_instance(heavy: HeavySettings, region: str) -> None:
    there = regions().get(region, [])
    if heavy.enabled and heavy.instance not in there:
        offered = f"; it has {', '.join(there)}" if there else ", nor another GPU instance that Lectern knows"
        raise ValueError(f"heavy.instance: {region} has no {heavy.instance}{offered}")
