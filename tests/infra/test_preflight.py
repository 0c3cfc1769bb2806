"""What an account lacks is told before a deployment, in lines; nothing is asked that changes anything."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.exceptions import NoCredentialsError
from botocore.stub import ANY, Stubber
from click.testing import CliRunner

from infra.choices import read_functions
from infra.local import preflight_cli
from infra.local.preflight import BOOTSTRAP, Found, preflight
from infra.settings import Deployment, HeavySettings

REGION, ACCOUNT = "eu-central-1", "123456789012"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/heavy:1"
PLAIN = Deployment(name="dev", region=REGION, monthly_budget=10)
HEAVY = PLAIN.model_copy(update={"heavy": HeavySettings(enabled=True, image=IMAGE)})
ROWS = read_functions()
RESERVING = ROWS | {"grading": ROWS["grading"].model_copy(update={"reserved": 50})}

Account = Callable[[str, str], Stubber]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    """The services by name and region; each answers what a test says, in its order, and nothing else."""
    stubs: dict[tuple[str, str], Stubber] = {}
    with ExitStack() as stack:

        def of(service: str, region: str = REGION) -> Stubber:
            if (service, region) not in stubs:
                stubs[service, region] = stack.enter_context(Stubber(boto3.client(service, region_name=region)))
            return stubs[service, region]

        yield of
        for stub in stubs.values():
            stub.assert_no_pending_responses()


def well(account: Account, version: str = "21", stack: bool = False) -> None:
    """An account with credentials and bootstraps; without a stack, if not said otherwise."""
    account("sts", REGION).add_response("get_caller_identity", {"Account": ACCOUNT})
    for region in (REGION, "us-east-1"):
        said = {"Parameter": {"Value": version}}
        account("ssm", region).add_response("get_parameter", said, {"Name": BOOTSTRAP})
    if not stack:
        missing = "Stack with id lectern-dev-functions does not exist"
        account("cloudformation", REGION).add_client_error("describe_stacks", "ValidationError", missing)


def found(account: Account, deployment: Deployment = PLAIN, rows: Any = ROWS) -> list[Found]:
    return list(preflight(deployment, rows, lambda service, region: account(service, region).client))


def missing(checks: list[Found]) -> list[str]:
    return [check.text for check in checks if not check.ok]


def test_an_account_that_has_everything(account: Account) -> None:
    well(account)
    checks = found(account)
    assert missing(checks) == []
    assert checks[0].text == "account 123456789012, region eu-central-1"
    assert checks[-1].text == "lectern-dev-functions is not there yet"


def test_another_account_stops_it(account: Account) -> None:
    account("sts", REGION).add_response("get_caller_identity", {"Account": ACCOUNT})
    checks = found(account, PLAIN.model_copy(update={"account": "210987654321"}))
    assert missing(checks) == ["the credentials are of account 123456789012, dev is for 210987654321"]
    assert len(checks) == 1


def test_no_credentials_are_told_and_the_rest_is_not_tried() -> None:
    class Nobody:
        def get_caller_identity(self) -> None:
            raise NoCredentialsError

    assert list(preflight(PLAIN, ROWS, lambda *_: Nobody())) == [
        Found(False, "credentials: Unable to locate credentials")
    ]


def test_a_bootstrap_that_is_missing_or_old_is_told_with_the_command(account: Account) -> None:
    account("sts", REGION).add_response("get_caller_identity", {"Account": ACCOUNT})
    account("ssm", REGION).add_response("get_parameter", {"Parameter": {"Value": "5"}})
    account("ssm", "us-east-1").add_client_error("get_parameter", "ParameterNotFound")
    account("cloudformation", REGION).add_client_error("describe_stacks", "ValidationError", "x does not exist")
    assert missing(found(account)) == [
        "the bootstrap of eu-central-1 is of version 5, 6 is needed: `cdk bootstrap aws://ACCOUNT/eu-central-1`",
        "the bootstrap of us-east-1 is missing: `cdk bootstrap aws://ACCOUNT/us-east-1`",
    ]


def test_what_may_not_be_looked_at_is_no_success(account: Account) -> None:
    account("sts", REGION).add_response("get_caller_identity", {"Account": ACCOUNT})
    for region in (REGION, "us-east-1"):
        account("ssm", region).add_client_error("get_parameter", "AccessDeniedException")
    account("cloudformation", REGION).add_client_error("describe_stacks", "AccessDenied", "not authorized")
    told = missing(found(account))
    assert len(told) == 3
    assert told[0] == "bootstrap in eu-central-1: AWS answers AccessDeniedException"
    assert told[2] == "functions: AWS answers AccessDenied"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (2.0, []),
        (1.0, ["ml.g6.xlarge for endpoint usage: 1, 2 wanted; ask for more under Service Quotas, Amazon SageMaker"]),
        (None, ["ml.g6.xlarge for endpoint usage: 0, 2 wanted; ask for more under Service Quotas, Amazon SageMaker"]),
    ],
)
def test_the_quota_of_the_endpoints_instance(account: Account, value: float | None, told: list[str]) -> None:
    well(account)
    quotas = [
        {"QuotaName": "ml.g6.xlarge for training job usage", "Value": 9.0},
        {"QuotaName": "ml.g6.2xlarge for endpoint usage", "Value": 9.0},
    ]
    own = [{"QuotaName": "ml.g6.xlarge for endpoint usage", "Value": value}] if value is not None else []
    client = account("service-quotas", REGION)
    client.add_response("list_service_quotas", {"Quotas": quotas, "NextToken": "2"}, {"ServiceCode": "sagemaker"})
    client.add_response("list_service_quotas", {"Quotas": own}, {"ServiceCode": "sagemaker", "NextToken": "2"})
    assert missing(found(account, HEAVY)) == told


@pytest.mark.parametrize(
    ("unreserved", "already", "told"),
    [
        (150, 0, []),
        (100, 50, []),
        (149, 0, ["reserved concurrency: 50 wanted, 49 to give"]),
        (10, 0, ["reserved concurrency: 50 wanted, 0 to give"]),
    ],
)
def test_concurrency_that_is_reserved(account: Account, unreserved: int, already: int, told: list[str]) -> None:
    well(account)
    client = account("lambda", REGION)
    client.add_response("get_account_settings", {"AccountLimit": {"UnreservedConcurrentExecutions": unreserved}})
    if already:
        client.add_response("get_function_concurrency", {"ReservedConcurrentExecutions": already})
    else:
        client.add_client_error("get_function_concurrency", "ResourceNotFoundException")
    said = missing(found(account, rows=RESERVING))
    assert [text.split(";")[0] for text in said] == told


@pytest.mark.parametrize("live", ["7", "8"])
def test_functions_that_were_republished_are_told_with_the_way_back(account: Account, live: str) -> None:
    well(account, stack=True)
    stack = {"StackName": "x", "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": "CREATE_COMPLETE"}
    account("cloudformation", REGION).add_response("describe_stacks", {"Stacks": [stack]})
    rows = {name: ROWS[name] for name in (["classify", "grading"] if live == "7" else ["classify"])}
    for name in rows:
        account("lambda", REGION).add_response(
            "get_alias", {"FunctionVersion": live}, {"FunctionName": ANY, "Name": "live"}
        )
        resource = {
            "PhysicalResourceId": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:lectern-dev-{name}:7",
            "ResourceType": "AWS::Lambda::Version",
            "LogicalResourceId": "x",
            "ResourceStatus": "CREATE_COMPLETE",
            "Timestamp": "2026-01-01T00:00:00Z",
        }
        account("cloudformation", REGION).add_response("describe_stack_resources", {"StackResources": [resource]})
    told = missing(found(account, rows=rows))
    undo = "`lectern models republish question-type --environment dev --undo`"
    assert told == ([] if live == "7" else [f"lectern-dev-classify was republished since the last deployment: {undo}"])


@pytest.mark.parametrize(("ok", "code", "line"), [(True, 0, "ok       fine\n"), (False, 1, "missing  fine\n")])
def test_the_command_says_it_in_lines_and_by_its_exit_code(
    ok: bool, code: int, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preflight_cli, "look", lambda *_: [Found(ok, "fine")])
    done = CliRunner().invoke(preflight_cli.preflight, ["prod"])
    assert (done.exit_code, done.output) == (code, line)
    done = CliRunner().invoke(preflight_cli.preflight, ["prod", "--json"])
    assert (done.exit_code, json.loads(done.output)) == (code, [{"ok": ok, "text": "fine"}])


def test_an_unknown_environment_is_wrong_usage() -> None:
    done = CliRunner().invoke(preflight_cli.preflight, ["production"])
    assert done.exit_code == 2 and "no environment 'production'" in done.output
