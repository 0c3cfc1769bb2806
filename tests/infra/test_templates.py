"""What the stacks promise beside the functions."""

import json
from typing import Any

from infra.choices import read_functions
from infra.local.machine import LEFT_OUT, SECONDS, deployed, local
from infra.routes import PUBLIC, gateway_path, routes_of
from infra.table import INDEXES, KEYS
from model_store.catalogue import HEAVY
from tests.infra.conftest import WHOLE, Assembly, Resource
from tests.jobs.test_machine import differences


def only(resources: dict[str, Resource]) -> dict[str, Any]:
    (resource,) = resources.values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def bucket(whole: Assembly, name: str) -> dict[str, Any]:
    found = whole.resources("AWS::S3::Bucket", "storage")
    (properties,) = [r["Properties"] for id_, r in found.items() if id_.startswith(f"storage/{name}")]
    return dict(properties)


def test_models_are_versioned_locked_encrypted_and_never_cleaned_up(whole: Assembly) -> None:
    models = bucket(whole, "Models")
    assert models["VersioningConfiguration"] == {"Status": "Enabled"}
    retention = models["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (retention["Mode"], retention["Days"]) == ("GOVERNANCE", 30)
    assert "NoncurrentVersionExpiration" not in json.dumps(models), "manifests pin versions"
    for found in (models, bucket(whole, "Data")):
        encryption = found["BucketEncryption"]["ServerSideEncryptionConfiguration"][0]["ServerSideEncryptionByDefault"]
        assert encryption["SSEAlgorithm"] == "aws:kms"
        assert all(found["PublicAccessBlockConfiguration"].values())


def test_every_bucket_refuses_plain_http(whole: Assembly) -> None:
    refusing = [
        policy["Properties"]["Bucket"]["Ref"]
        for policy in whole.resources("AWS::S3::BucketPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}}
    ]
    assert sorted(refusing) == sorted(id_.split("/")[1] for id_ in whole.resources("AWS::S3::Bucket"))


def test_releases_are_signed_by_an_elliptic_key(whole: Assembly) -> None:
    (signing,) = [r["Properties"] for r in whole.resources("AWS::KMS::Key").values() if "KeyUsage" in r["Properties"]]
    assert (signing["KeySpec"], signing["KeyUsage"]) == ("ECC_NIST_P256", "SIGN_VERIFY")


def test_the_table_has_the_keys_of_the_local_one_and_can_be_restored(whole: Assembly, aws: dict[str, str]) -> None:
    import boto3

    table = only(whole.resources("AWS::DynamoDB::Table"))
    client = boto3.client("dynamodb", endpoint_url=aws["AWS_ENDPOINT_URL"])
    here = client.describe_table(TableName=aws["LECTERN_TABLE"])["Table"]
    assert table["KeySchema"] == here["KeySchema"] == [{"AttributeName": n, "KeyType": k} for n, k in KEYS.items()]
    defined = [{d["AttributeName"]: d["AttributeType"] for d in t["AttributeDefinitions"]} for t in (table, here)]
    assert defined[0] == defined[1]
    keep = ("IndexName", "KeySchema", "Projection")
    mine, local_ones = ([{k: i[k] for k in keep} for i in t["GlobalSecondaryIndexes"]] for t in (table, here))
    assert mine == local_ones and [index["IndexName"] for index in mine] == list(INDEXES)
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert table["TimeToLiveSpecification"]["Enabled"] and table["DeletionProtectionEnabled"]


def test_the_api_has_the_functions_routes_and_asks_for_a_token(whole: Assembly) -> None:
    routes = {
        r["Properties"]["RouteKey"]: r["Properties"] for r in whole.resources("AWS::ApiGatewayV2::Route").values()
    }
    assert routes.keys() == routes_of(read_functions()).keys()
    assert {"POST /v1/grade", "GET /v1/reviews", "PUT /v1/classes/{class_id+}"} <= routes.keys()
    open_ones = {key for key, route in routes.items() if route["AuthorizationType"] != "JWT"}
    assert open_ones == set(PUBLIC) == {"GET /healthz", "GET /v2/health/live", "GET /v2/health/ready"}


def test_every_route_has_its_own_limit(whole: Assembly) -> None:
    stage = only(whole.resources("AWS::ApiGatewayV2::Stage"))
    assert stage["RouteSettings"].keys() == routes_of(read_functions()).keys()
    assert stage["RouteSettings"]["POST /v1/jobs"]["ThrottlingRateLimit"] == read_functions()["jobs"].rate
    routes = {id_.split("/")[1] for id_ in whole.resources("AWS::ApiGatewayV2::Route")}
    (resource,) = whole.resources("AWS::ApiGatewayV2::Stage").values()
    assert routes <= set(resource["DependsOn"]), "CloudFormation would not find a route that has a limit"


def test_logs_of_the_api_name_nobody(whole: Assembly) -> None:
    text = only(whole.resources("AWS::ApiGatewayV2::Stage"))["AccessLogSettings"]["Format"]
    assert not {"path", "sourceIp", "userAgent"} & json.loads(text).keys()
    assert "query" not in text.lower() and "authorizer" not in text


def test_an_id_with_slashes_reaches_its_function() -> None:
    assert gateway_path("/v1/classes/{class_id:path}") == "/v1/classes/{class_id+}"
    assert gateway_path("/v1/classes/{class_id:path}/grades") == "/v1/classes/{class_id}/grades"
    assert gateway_path("/v1/jobs/{job_id}") == "/v1/jobs/{job_id}"


def test_nobody_but_an_administrator_sets_a_tenant(whole: Assembly) -> None:
    pool, client = (only(whole.resources(f"AWS::Cognito::{kind}")) for kind in ("UserPool", "UserPoolClient"))
    (tenant,) = [attribute for attribute in pool["Schema"] if attribute["Name"] == "tenant"]
    assert tenant["Mutable"] is False
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
    assert "custom:tenant" not in client["WriteAttributes"] and "custom:tenant" in client["ReadAttributes"]


def test_the_mobile_client_keeps_no_secret(whole: Assembly) -> None:
    client = only(whole.resources("AWS::Cognito::UserPoolClient"))
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"], "with PKCE; the implicit flow would put tokens into addresses"
    groups = whole.resources("AWS::Cognito::UserPoolGroup").values()
    assert {group["Properties"]["GroupName"] for group in groups} == {"teacher", "admin"}


def test_only_cloudfront_knows_what_the_functions_want_to_hear(whole: Assembly) -> None:
    (distribution,) = whole.resources("AWS::CloudFront::Distribution", "api").values()
    (origin,) = distribution["Properties"]["DistributionConfig"]["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    said = json.dumps(header["HeaderValue"])
    assert header["HeaderName"] == "x-lectern-edge" and "resolve:secretsmanager" in said
    for function in whole.resources("AWS::Lambda::Function").values():
        variables = function["Properties"]["Environment"]["Variables"]
        assert json.dumps(variables.get("LECTERN_EDGE_SECRET", header["HeaderValue"])) == said


def test_the_firewall_lets_pupils_write_anything(whole: Assembly) -> None:
    acl = only(whole.resources("AWS::WAFv2::WebACL", "edge"))
    counted: set[str] = set()
    for rule in acl["Rules"]:
        group = rule["Statement"].get("ManagedRuleGroupStatement", {})
        for override in group.get("RuleActionOverrides", ()):
            assert "Count" in override["ActionToUse"]
            counted.add(override["Name"])
    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY", "SQLi_BODY"} <= counted
    assert "CrossSiteScripting_QUERYARGUMENTS" not in counted, "addresses are looked at all the same"
    assert '"SampledRequestsEnabled": true' not in json.dumps(acl), "samples would show tokens"


def test_the_firewall_stands_before_both_distributions(whole: Assembly) -> None:
    assert whole.templates["edge"]["Outputs"]["WebAclArn"]
    for distribution in whole.resources("AWS::CloudFront::Distribution").values():
        said = distribution["Properties"]["DistributionConfig"]["WebACLId"]
        assert said == {
            "Fn::GetStackOutput": {"StackName": "lectern-whole-edge", "OutputName": "WebAclArn", "Region": "us-east-1"}
        }


def test_the_deployed_machine_is_the_local_one_but_for_what_is_documented(whole: Assembly) -> None:
    machine = only(whole.resources("AWS::StepFunctions::StateMachine"))
    names = {"JobsFunction": "jobs", "GradingFunction": "grading"}
    assert machine["DefinitionSubstitutions"].keys() == names.keys()
    text = machine["DefinitionString"]
    for name, value in names.items():
        text = text.replace(f"${{{name}}}", value)
    here, there = local(deployed(names)), json.loads(text)
    assert differences(there, here) == LEFT_OUT | set(SECONDS)


def test_every_state_that_is_named_is_there(whole: Assembly) -> None:
    """cfn-lint knows the language's words (test_checks), not where they lead."""
    definition = json.loads(only(whole.resources("AWS::StepFunctions::StateMachine"))["DefinitionString"])
    for level in (definition, definition["States"]["Grade"]["ItemProcessor"]):
        named = {level["StartAt"]}
        for state in level["States"].values():
            named |= {state["Next"]} if "Next" in state else set()
            named |= {catch["Next"] for catch in state.get("Catch", ())}
            assert ("Next" in state) != state.get("End", False)
        assert named == level["States"].keys()


def test_schedules_may_call_the_jobs_function_alone(whole: Assembly) -> None:
    assert only(whole.resources("AWS::Scheduler::ScheduleGroup"))["Name"] == "lectern-whole-schedules"
    jobs = next(
        r["Properties"]["Environment"]["Variables"]
        for r in whole.resources("AWS::Lambda::Function").values()
        if r["Properties"]["FunctionName"] == "lectern-whole-jobs"
    )
    (role,) = [
        r["Properties"] for r in whole.resources("AWS::IAM::Role", "batch").values() if "RoleName" in r["Properties"]
    ]
    assert json.dumps(jobs["LECTERN_SCHEDULE_ROLE"]).count(role["RoleName"]["Fn::Join"][1][0]) == 1
    called, *rest = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert called["Action"] == "lambda:InvokeFunction"
    assert json.dumps(called["Resource"]).count("function:lectern-whole-jobs:live") == 1
    kept, encrypted = (statement["Action"] for statement in rest)
    assert (kept, encrypted) == ("sqs:SendMessage", ["kms:Decrypt", "kms:GenerateDataKey"]), "to the dead letters alone"
    assert rest[0]["Resource"] == jobs["LECTERN_SCHEDULE_DEAD_LETTERS"]


def test_the_endpoint_goes_down_to_nothing_and_keeps_nothing(whole: Assembly) -> None:
    config = only(whole.resources("AWS::SageMaker::EndpointConfig"))
    (variant,) = config["ProductionVariants"]
    assert variant["ManagedInstanceScaling"]["MinInstanceCount"] == 0
    assert "DataCaptureConfig" not in config and "KmsKeyId" not in config
    assert variant["InitialInstanceCount"] == len(HEAVY)
    assert variant["ManagedInstanceScaling"]["MaxInstanceCount"] == len(HEAVY) * WHOLE.heavy.most_copies
    targets = [r["Properties"] for r in whole.resources("AWS::ApplicationAutoScaling::ScalableTarget").values()]
    assert [target["MinCapacity"] for target in targets] == [0] * len(HEAVY)
    kinds = {
        r["Properties"]["PolicyType"] for r in whole.resources("AWS::ApplicationAutoScaling::ScalingPolicy").values()
    }
    assert kinds == {"TargetTrackingScaling", "StepScaling"}
    components = [r["Properties"] for r in whole.resources("AWS::SageMaker::InferenceComponent").values()]
    assert {component["VariantName"] for component in components} == {variant["VariantName"]}
    copies = {f"inference-component/{component['InferenceComponentName']}" for component in components}
    assert {target["ResourceId"] for target in targets} == copies and len(copies) == len(HEAVY)


def test_the_endpoint_loads_what_the_functions_trust(whole: Assembly) -> None:
    models = whole.resources("AWS::SageMaker::Model")
    served = {id_: model["Properties"]["PrimaryContainer"]["Environment"] for id_, model in models.items()}
    functions = whole.resources("AWS::Lambda::Function", "functions").values()
    (grading,) = [
        f["Properties"]["Environment"]["Variables"]
        for f in functions
        if f["Properties"]["FunctionName"] == "lectern-whole-grading"
    ]
    for here in served.values():
        assert json.dumps(here["LECTERN_STORE"]) == json.dumps(grading["LECTERN_STORE"])
        assert "PublicKey" in json.dumps(here["LECTERN_PUBLIC_KEY"])
    components = {
        served[f"heavy/{component['Properties']['Specification']['ModelName']['Fn::GetAtt'][0]}"][
            "LECTERN_ENDPOINT_MODEL"
        ]: (component["Properties"]["InferenceComponentName"])
        for component in whole.resources("AWS::SageMaker::InferenceComponent").values()
    }
    assert set(components) == set(HEAVY)
    endpoint = only(whole.resources("AWS::SageMaker::Endpoint"))["EndpointName"]
    assert grading["LECTERN_HEAVY_ENDPOINT"] == endpoint
    assert json.loads(grading["LECTERN_HEAVY_COMPONENTS"]) == components


def test_alarms_hear_their_own_environment_alone(whole: Assembly) -> None:
    """Two environments in one account write metrics of one name."""
    heard: dict[str, set[str]] = {}
    for id_, alarm in whole.resources("AWS::CloudWatch::Alarm").items():
        properties = alarm["Properties"]
        stats = [found["MetricStat"]["Metric"] for found in properties.get("Metrics", ()) if "MetricStat" in found]
        for metric in [properties, *stats]:
            named = str(metric.get("MetricName", ""))
            if metric.get("Namespace") == "Lectern" and not named.startswith("lectern-whole-"):
                where = {found["Name"]: found["Value"] for found in metric["Dimensions"]}
                assert where.pop("environment") == "whole", id_
                heard.setdefault(named, set()).update(where.values())
    names = set(read_functions())
    models = {"classify", "essays", "grading", "sentiment"}
    assert heard == {"Faults": names, "NeedsReview": models, "Answers": models}
    for function in whole.resources("AWS::Lambda::Function", "functions").values():
        variables = function["Properties"]["Environment"]["Variables"]
        if "LECTERN_TABLE" in variables:
            assert variables["LECTERN_DEPLOYMENT"] == "whole"


def test_the_bill_and_the_models_are_watched(whole: Assembly) -> None:
    budget = only(whole.resources("AWS::Budgets::Budget"))
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 10, "Unit": "USD"}
    kinds = {found["Notification"]["NotificationType"] for found in budget["NotificationsWithSubscribers"]}
    assert kinds == {"ACTUAL", "FORECASTED"}
    ids = " ".join(whole.resources("AWS::CloudWatch::Alarm", "watch"))
    wanted = (
        "SelfTestgrading",
        "SelfTestessays",
        "SelfTestsearch",
        "SelfTestclassify",
        "Reviewgrading",
        "DeadLetters",
        "JobsFailed",
        "ApiErrors",
        "EndpointFaults",
    )
    assert all(name in ids for name in wanted)
