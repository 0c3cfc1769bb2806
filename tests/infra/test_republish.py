"""Functions published anew for the live release: moto's Lambda, and what it leaves out by doubles."""

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from click.testing import CliRunner

from infra.errors import DeploymentError
from infra.local import models_republish, republish
from infra.local.models_republish import republish as command
from infra.local.republish import VARIABLE, Lambda, deployed, sweep, undo
from lectern.manifest import Alias

REGION, NAME = "eu-central-1", "lectern-prod-grading"
SETTINGS = {"LECTERN_STORE": "s3://models", "LECTERN_ALIAS": "live", "LECTERN_EDGE_SECRET": "open sesame"}


def zipped(text: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as written:
        written.writestr(zipfile.ZipInfo("code.py"), text)
    return file.getvalue()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """The versions that were asked for their health, and the secret that they heard; they are well."""
    found: list[tuple[str, str]] = []

    def answers(_: Any, version: str, secret: str) -> bool:
        found.append((version.rsplit(":", 1)[-1], secret))
        return True

    monkeypatch.setattr(republish, "answers", answers)
    return found


@pytest.fixture
def function(aws: dict[str, str], asked: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Lambda]:
    """As CloudFormation leaves it: version 1, which `live` names."""
    for name, value in aws.items():
        monkeypatch.setenv(name, value)
    iam = boto3.client("iam")
    trust = json.dumps({"Statement": []})
    role = iam.create_role(RoleName="lectern-test", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    client = boto3.client("lambda", region_name=REGION)
    revised = "after-call.lambda.GetFunctionConfiguration"  # moto tells no revision of a function
    client.meta.events.register(revised, lambda parsed, **_: parsed.update(RevisionId="seen"))
    client.create_function(
        FunctionName=NAME,
        Runtime="python3.13",
        Role=role,
        Handler="code.handler",
        Code={"ZipFile": zipped("one")},
        Environment={"Variables": SETTINGS},
    )
    client.publish_version(FunctionName=NAME)
    client.create_alias(FunctionName=NAME, Name="live", FunctionVersion="1")
    yield Lambda(client, NAME)
    client.delete_function(FunctionName=NAME)
    iam.delete_role(RoleName="lectern-test")


def live(function: Lambda) -> str:
    return str(function.alias()["FunctionVersion"])


def versions(function: Lambda) -> list[str]:
    found = function.client.list_versions_by_function(FunctionName=NAME)["Versions"]
    return [version["Version"] for version in found if version["Version"] != "$LATEST"]


def test_a_release_gets_a_version_of_its_own_once(function: Lambda, asked: list[tuple[str, str]]) -> None:
    assert [republish.republish(function, "grading 1.1.0") for _ in range(2)] == ["2", "2"]
    assert (live(function), versions(function), asked) == ("2", ["1", "2"], [("2", "open sesame")])
    own = republish.variables(function.configuration("2"))
    assert own == SETTINGS | {VARIABLE: "grading 1.1.0"}, "nothing else changed"


class Cut:
    """A client that is killed at a step."""

    def __init__(self, client: Any, step: str) -> None:
        self._client, self._step = client, step

    def __getattr__(self, name: str) -> Any:
        if name == self._step:
            raise KeyboardInterrupt
        return getattr(self._client, name)


@pytest.mark.parametrize("step", ["update_function_configuration", "publish_version", "update_alias"])
def test_what_was_cut_short_goes_on(step: str, function: Lambda) -> None:
    with pytest.raises(KeyboardInterrupt):
        republish.republish(Lambda(Cut(function.client, step), NAME), "grading 1.1.0")
    assert live(function) == "1", "what was live stays"
    assert republish.republish(function, "grading 1.1.0") == "2"
    assert (live(function), versions(function)) == ("2", ["1", "2"])


def test_a_version_that_does_not_answer_gets_no_traffic(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(republish, "answers", lambda *_: False)
    with pytest.raises(DeploymentError, match="version 2 of lectern-prod-grading does not answer"):
        republish.republish(function, "grading 1.1.0")
    assert live(function) == "1"


def test_code_that_is_not_live_is_not_published(function: Lambda) -> None:
    function.client.update_function_code(FunctionName=NAME, ZipFile=zipped("two"))
    with pytest.raises(DeploymentError, match="changed and not deployed"):
        republish.republish(function, "grading 1.1.0")
    assert versions(function) == ["1"]


def test_a_setting_that_is_not_live_is_not_published(function: Lambda) -> None:
    changed = {"Variables": SETTINGS | {"LECTERN_STORE": "s3://others"}}
    function.client.update_function_configuration(FunctionName=NAME, Environment=changed)
    with pytest.raises(DeploymentError, match="changed and not deployed"):
        republish.republish(function, "grading 1.1.0")


def test_a_deployment_that_goes_on_is_left_alone(function: Lambda) -> None:
    shifting = {"AdditionalVersionWeights": {"1": 0.1}}
    function.client.update_alias(FunctionName=NAME, Name="live", FunctionVersion="1", RoutingConfig=shifting)
    with pytest.raises(DeploymentError, match="is going on"):
        republish.republish(function, "grading 1.1.0")


def test_an_alias_that_somebody_else_moved_is_theirs() -> None:
    """moto knows no revisions."""
    client = boto3.client("lambda", region_name=REGION)
    with Stubber(client) as stub:
        wanted = {"FunctionName": NAME, "Name": "live", "FunctionVersion": "2", "RevisionId": "seen"}
        stub.add_client_error("update_alias", "PreconditionFailedException", expected_params=wanted)
        with pytest.raises(ClientError, match="PreconditionFailed"):
            Lambda(client, NAME).move({"RevisionId": "seen"}, "2")


def test_old_ones_are_deleted_and_the_deployed_one_is_kept(function: Lambda) -> None:
    for release in ("grading 1.1.0", "grading 1.2.0"):
        republish.republish(function, release)
    assert sweep(function, own="1") == ["2"]
    assert versions(function) == ["1", "3"]
    undo(function, own="1")
    assert (live(function), sweep(function, own="1"), versions(function)) == ("1", ["3"], ["1"])


def test_cloudformation_is_asked_for_its_own_version() -> None:
    arn = f"arn:aws:lambda:{REGION}:123456789012:function"
    ids = [f"{arn}:{NAME}:7", f"{arn}:{NAME}-check:3", f"{arn}:lectern-prod-essays:5"]
    client = boto3.client("cloudformation", region_name=REGION)
    fields = {"LogicalResourceId": "x", "ResourceType": "AWS::Lambda::Version", "ResourceStatus": "CREATE_COMPLETE"}
    rest = {"Timestamp": "2026-01-01T00:00:00Z"}
    with Stubber(client) as stub:
        for known in (ids, [*ids, f"{arn}:{NAME}:8"]):
            said = [fields | rest | {"PhysicalResourceId": id_} for id_ in known]
            stub.add_response(
                "describe_stack_resources", {"StackResources": said}, {"StackName": "lectern-prod-functions"}
            )
        assert deployed(client, "lectern-prod-functions", NAME) == "7"
        with pytest.raises(DeploymentError, match="2 versions of lectern-prod-grading"):
            deployed(client, "lectern-prod-functions", NAME)


def test_the_command_takes_the_store_of_the_function(function: Lambda, monkeypatch: pytest.MonkeyPatch) -> None:
    stores: list[str] = []
    alias = Alias(version="1.1.0", manifest_version_id="v", manifest_sha256="s", by="b", at="a", reason="r")
    monkeypatch.setattr(models_republish, "open_store", stores.append)
    monkeypatch.setattr(models_republish, "read_alias", lambda store, model, name: alias)
    monkeypatch.setattr(models_republish, "deployed", lambda *_: "1")
    monkeypatch.setattr(boto3, "client", lambda service, **_: function.client)
    told = CliRunner().invoke(command, ["grading", "--environment", "prod"], catch_exceptions=False)
    assert told.output == f"{NAME}: version 2 starts with grading 1.1.0\n"
    assert stores == ["s3://models"]
    told = CliRunner().invoke(command, ["grading", "--environment", "prod", "--undo"], catch_exceptions=False)
    assert told.output == f"{NAME}: live is version 1, as deployed; deleted 2\n"


def test_a_model_that_nothing_answers_with_is_told() -> None:
    with pytest.raises(DeploymentError, match="no function of prod answers with a model 'grading-small'"):
        CliRunner().invoke(command, ["grading-small", "--environment", "prod"], catch_exceptions=False)
