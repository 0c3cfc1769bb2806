"""What an account needs before a deployment: looked at, not touched."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.errors import DeploymentError
from infra.local.republish import Lambda, deployed
from infra.settings import Deployment, FunctionSettings

BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
LEAST_BOOTSTRAP = 6
"""What the templates ask for by themselves, when it is late."""

EDGE_REGION = "us-east-1"

UNRESERVED = 100
"""Concurrency that Lambda keeps for functions that reserve none."""

Clients = Callable[[str, str], Any]
"""A client of a service in a region."""


@dataclass(frozen=True)
class Found:
    """What one check found, in a line."""

    ok: bool
    text: str


def preflight(deployment: Deployment, rows: Mapping[str, FunctionSettings], clients: Clients) -> Iterator[Found]:
    """Every check that this deployment asks for; without an account only the first."""
    account = _looked("credentials", partial(_account, deployment, clients))
    yield account
    if not account.ok:
        return
    for region in sorted({deployment.region, EDGE_REGION}):
        yield _looked(f"bootstrap in {region}", partial(_bootstrap, region, clients))
    if deployment.heavy.enabled:
        yield _looked("GPU quota", partial(_gpus, deployment, clients))
    if any(row.reserved for row in rows.values()):
        yield _looked("concurrency", partial(_concurrency, deployment, rows, clients))
    yield _looked("functions", partial(_as_deployed, deployment, rows, clients))


def _looked(what: str, check: Callable[[], Found]) -> Found:
    """What AWS does not say is no success."""
    try:
        return check()
    except ClientError as error:
        return Found(False, f"{what}: AWS answers {error.response.get('Error', {}).get('Code', '')}")
    except BotoCoreError as error:
        return Found(False, f"{what}: {error}")
    except DeploymentError as error:
        return Found(False, f"{what}: {error}")


def _account(deployment: Deployment, clients: Clients) -> Found:
    account = clients("sts", deployment.region).get_caller_identity()["Account"]
    if deployment.account not in ("", account):
        return Found(False, f"the credentials are of account {account}, {deployment.name} is for {deployment.account}")
    return Found(True, f"account {account}, region {deployment.region}")


def _bootstrap(region: str, clients: Clients) -> Found:
    try:
        version = int(clients("ssm", region).get_parameter(Name=BOOTSTRAP)["Parameter"]["Value"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "ParameterNotFound":
            raise
        version = 0
    command = f"`cdk bootstrap aws://ACCOUNT/{region}`"
    if version < LEAST_BOOTSTRAP:
        said = f"is of version {version}, {LEAST_BOOTSTRAP} is needed" if version else "is missing"
        return Found(False, f"the bootstrap of {region} {said}: {command}")
    return Found(True, f"the bootstrap of {region} is of version {version}")


def _gpus(deployment: Deployment, clients: Clients) -> Found:
    """A quota that nobody raised is not among the applied ones, and none for a GPU."""
    name = f"{deployment.heavy.instance} for endpoint usage"
    pages = clients("service-quotas", deployment.region).get_paginator("list_service_quotas")
    quotas = (quota for page in pages.paginate(ServiceCode="sagemaker") for quota in page["Quotas"])
    allowed = int(next((quota["Value"] for quota in quotas if quota["QuotaName"] == name), 0))
    wanted = deployment.heavy.most_instances
    hint = "" if allowed >= wanted else "; ask for more under Service Quotas, Amazon SageMaker"
    return Found(allowed >= wanted, f"{name}: {allowed}, {wanted} wanted{hint}")


def _concurrency(deployment: Deployment, rows: Mapping[str, FunctionSettings], clients: Clients) -> Found:
    client = clients("lambda", deployment.region)
    wanted = {f"{deployment.prefix}-{name}": row.reserved for name, row in rows.items() if row.reserved}
    free = client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] - UNRESERVED
    free += sum(_reserved(client, name) for name in wanted)
    asked = sum(wanted.values())
    hint = "" if asked <= free else "; ask for more under Service Quotas, AWS Lambda, or reserve less in functions.toml"
    return Found(asked <= free, f"reserved concurrency: {asked} wanted, {max(free, 0)} to give{hint}")


def _reserved(client: Any, name: str) -> int:
    """What a function that is there has reserved already."""
    try:
        return int(client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0))
    except client.exceptions.ResourceNotFoundException:
        return 0


def _as_deployed(deployment: Deployment, rows: Mapping[str, FunctionSettings], clients: Clients) -> Found:
    """A deployment shifts traffic from the version that CloudFormation knows; `republish` went past it."""
    stack, client = f"{deployment.prefix}-functions", clients("lambda", deployment.region)
    cloudformation = clients("cloudformation", deployment.region)
    if not _exists(cloudformation, stack):
        return Found(True, f"{stack} is not there yet")
    for name, row in rows.items():
        function = Lambda(client, f"{deployment.prefix}-{name}")
        if function.alias()["FunctionVersion"] != deployed(cloudformation, stack, function.name):
            model = deployment.models_of(name, row)[0]
            undo = f"`lectern models republish {model} --environment {deployment.name} --undo`"
            return Found(False, f"{function.name} was republished since the last deployment: {undo}")
    return Found(True, f"{stack} is as the last deployment left it")


def _exists(cloudformation: Any, stack: str) -> bool:
    """CloudFormation has one error code for everything that is wrong with a request."""
    try:
        return bool(cloudformation.describe_stacks(StackName=stack)["Stacks"])
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return False
