"""Every function, the same way."""

import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from infra.choices import read_functions
from infra.stacks.wildcards import WILDCARDS
from lectern.settings import Settings
from model_store.catalogue import HEAVY, read_model
from tests.infra.conftest import Assembly, Resource

NAMES = sorted(read_functions())


def named(whole: Assembly, kind: str, key: str, value: Any) -> Resource:
    """The one resource of a type with this property."""
    found = [r for r in whole.resources(kind).values() if r["Properties"].get(key) == value]
    assert len(found) == 1, (kind, key, value)
    return found[0]


def function(whole: Assembly, name: str) -> Resource:
    return named(whole, "AWS::Lambda::Function", "FunctionName", f"lectern-whole-{name}")


def id_of(whole: Assembly, resource: Resource) -> str:
    return next(
        str(id_) for t in whole.templates.values() for id_, found in t["Resources"].items() if found is resource
    )


def test_every_folder_with_a_handler_is_a_function(whole: Assembly) -> None:
    handlers = {r["Properties"]["Handler"] for r in whole.resources("AWS::Lambda::Function").values()}
    assert {h for h in handlers if h.startswith("functions.")} == {
        f"functions.{name}.handler.handler" for name in NAMES
    }


def test_a_function_is_python_3_13_with_both_layers_traces_and_snapshots(whole: Assembly) -> None:
    for name, row in read_functions().items():
        properties = function(whole, name)["Properties"]
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.13", ["x86_64"])
        assert (properties["MemorySize"], properties["Timeout"]) == (row.memory, row.timeout)
        assert properties["SnapStart"] == {"ApplyOn": "PublishedVersions"}
        assert properties["TracingConfig"] == {"Mode": "Active"}
        assert len(properties["Layers"]) == 2
        assert "ReservedConcurrentExecutions" not in properties


def test_every_lambda_function_keeps_its_logs_for_a_while(whole: Assembly) -> None:
    groups = whole.resources("AWS::Logs::LogGroup", "functions")
    assert all(group["Properties"]["RetentionInDays"] == 30 for group in groups.values())
    for resource in whole.resources("AWS::Lambda::Function").values():
        assert f"functions/{resource['Properties']['LoggingConfig']['LogGroup']['Ref']}" in groups


def test_logs_and_variables_are_under_the_deployments_key(whole: Assembly) -> None:
    groups = whole.resources("AWS::Logs::LogGroup").values()
    functions = whole.resources("AWS::Lambda::Function").values()
    keys = [r["Properties"]["KmsKeyId"] for r in groups] + [r["Properties"]["KmsKeyArn"] for r in functions]
    assert len(groups) > 10 and len({json.dumps(key) for key in keys}) == 1
    (policy,) = [
        json.dumps(r["Properties"]["KeyPolicy"])
        for r in whole.resources("AWS::KMS::Key").values()
        if "KeyUsage" not in r["Properties"]
    ]
    assert "kms:EncryptionContext:aws:logs:arn" in policy, "for this account's logs alone"


def test_an_alias_moves_by_a_canary_that_is_checked_before_and_rolled_back(whole: Assembly) -> None:
    for name in NAMES:
        policy = alias(whole, name)["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
        assert policy["BeforeAllowTrafficHook"]
        group = named(whole, "AWS::CodeDeploy::DeploymentGroup", "DeploymentGroupName", f"lectern-whole-{name}")
        properties = group["Properties"]
        assert properties["DeploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
        assert properties["AutoRollbackConfiguration"]["Enabled"]
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
        assert len(properties["AlarmConfiguration"]["Alarms"]) == 4


def alias(whole: Assembly, name: str) -> Resource:
    ref = {"Ref": id_of(whole, function(whole, name))}
    return named(whole, "AWS::Lambda::Alias", "FunctionName", ref)


def test_every_alarm_tells_the_topic_and_silence_is_no_alarm(whole: Assembly) -> None:
    for id_, resource in whole.resources("AWS::CloudWatch::Alarm").items():
        assert resource["Properties"]["AlarmActions"], id_
        assert resource["Properties"]["TreatMissingData"] == "notBreaching", id_


def test_a_function_that_is_called_without_waiting_loses_nothing(whole: Assembly) -> None:
    configured = [r["Properties"] for r in whole.resources("AWS::Lambda::EventInvokeConfig").values()]
    assert [name for name, row in read_functions().items() if row.asynchronous] == ["jobs"]
    wanted = [{"Ref": id_of(whole, function(whole, name))} for name in ("jobs", "taking-back")]
    found = [properties["FunctionName"] for properties in configured]
    assert sorted(found, key=str) == sorted(wanted, key=str), "what EventBridge calls"
    assert all(properties["DestinationConfig"]["OnFailure"]["Destination"] for properties in configured)


def test_releases_are_there_before_any_version_is_published(whole: Assembly) -> None:
    published = whole.resources("Custom::LecternReleases")
    (release,) = [id_.split("/")[1] for id_ in published]
    versions = whole.resources("AWS::Lambda::Version")
    assert len(versions) == len(NAMES)
    assert all(release in version["DependsOn"] for version in versions.values())
    for name in NAMES:
        key = function(whole, name)["Properties"]["Environment"]["Variables"]["LECTERN_PUBLIC_KEY"]
        assert key == {"Fn::GetAtt": [release, "PublicKey"]}


def test_the_environment_is_the_settings_that_the_runtime_reads(whole: Assembly) -> None:
    for name in NAMES:
        variables = function(whole, name)["Properties"]["Environment"]["Variables"]
        assert {v.removeprefix("LECTERN_").lower() for v in variables} <= Settings.model_fields.keys()
        plain = {v.removeprefix("LECTERN_").lower(): text for v, text in variables.items() if isinstance(text, str)}
        maps = {name: json.loads(plain[name]) for name in ("models", "heavy_components")}
        Settings(**plain | maps)
        assert "LECTERN_ENVIRONMENT" not in variables, "local would let requests in without a token"


def test_code_has_its_own_folder_alone(whole: Assembly) -> None:
    for name in NAMES:
        key = function(whole, name)["Properties"]["Code"]["S3Key"]
        with zipfile.ZipFile(whole.folder / f"asset.{key}") as file:
            folders = {entry.split("/")[1] for entry in file.namelist() if entry.count("/") == 2}
        assert folders == {name}


def test_roles_have_no_wildcard_but_the_named_ones(whole: Assembly) -> None:
    for id_, statement in statements(whole):
        assert not any("*" in action for action in listed(statement["Action"])), id_
        for resource in map(flat, listed(statement["Resource"])):
            known = any(re.fullmatch(wildcard.pattern, resource) for wildcard in WILDCARDS.values())
            assert "*" not in resource or known, (id_, resource)


def test_what_knows_no_resource_is_little(whole: Assembly) -> None:
    """`*` hides nothing that could be said more closely."""
    services = {
        action.split(":")[0]
        for _, statement in statements(whole)
        for action in listed(statement["Action"])
        if listed(statement["Resource"]) == ["*"]
    }
    assert services == {"xray", "logs", "cloudwatch", "ecr"}


def test_what_is_dangerous_is_allowed_to_few(whole: Assembly) -> None:
    reach: dict[str, set[str]] = {}
    for id_, statement in statements(whole):
        for action in listed(statement["Action"]):
            reach.setdefault(action, set()).add(re.sub(r"Role\w{8}$", "", id_))
    assert reach["kms:Sign"] == {"functions/Releases"}, "nobody else signs releases"
    assert reach["iam:PassRole"] == {"functions/jobs"}
    asking = {read_model(model).task: model for model in HEAVY}
    assert reach["sagemaker:InvokeEndpoint"] == {f"functions/{task}" for task in asking}
    for id_, statement in statements(whole):
        if statement["Action"] == "sagemaker:InvokeEndpoint":
            components = re.findall(
                r"inference-component/lectern-whole-heavy-([\w-]+)", json.dumps(statement["Resource"])
            )
            assert components == [asking[re.sub(r"functions/|Role\w{8}$", "", id_)]], "its own model alone"
    assert reach["states:StartExecution"] == {"functions/jobs", "batch/"}
    deleting = {f"functions/{name}" for name in ("classify", "grading", "search", "Releases", "TakingBack")}
    assert reach["s3:DeleteObjectVersion"] == deleting
    gradebook = [found for id_, found in statements(whole) if id_.startswith("functions/gradebook")]
    read = [found["Resource"] for found in gradebook if "s3:GetObject" in found["Action"]]
    assert re.findall(r"tenants/[^\"]*", json.dumps(read)) == ["tenants/*/uploads/*", "tenants/*/incoming/*"]


def statements(whole: Assembly) -> Iterator[tuple[str, dict[str, Any]]]:
    """Of every policy of a role."""
    assert not whole.resources("AWS::IAM::Policy"), "statements are said in one module, none is CDK's own"
    for id_, role in whole.resources("AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield id_, statement


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def flat(value: Any) -> str:
    """An ARN as text, whatever it is made of."""
    if isinstance(value, str):
        return value
    kind, content = next(iter(value.items()))
    if kind == "Fn::Join":
        return str(content[0]).join(map(flat, content[1]))
    return f"<{kind} {content}>"
