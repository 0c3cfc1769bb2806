"""Who may do what: every statement of every role, in one place. CDK's own grants are not used: they bring wildcards.

A resource with a wildcard must be of a kind that `wildcards.py` gives a reason for.
"""

from collections.abc import Callable, Sequence

from aws_cdk import aws_iam as iam

from infra.stacks.places import Places
from infra.table import INDEXES
from model_store.catalogue import read_model

Statements = Sequence[iam.PolicyStatement]


def allow(actions: str, *resources: str) -> iam.PolicyStatement:
    """Allow actions (separated by spaces) on resources."""
    return iam.PolicyStatement(actions=actions.split(), resources=list(resources))


def function_statements(name: str, tasks: Sequence[str], places: Places) -> Statements:
    """What a function may do that answers for these tasks. Raises KeyError for one that nothing is said of."""
    asked = [model for model in places.heavy if read_model(model).task in tasks]
    asking = [allow("sagemaker:InvokeEndpoint", *places.asked(asked))] if asked else []
    return [*running(name, places), *(grant(places) for grant in grants(tasks)), *asking]


def running(name: str, places: Places) -> Statements:
    """What every Lambda function needs: its log, traces, and its variables, which are encrypted."""
    return [
        allow("kms:Decrypt", places.key),
        allow("logs:CreateLogStream logs:PutLogEvents", places.log_streams(name)),
        allow("xray:PutTraceSegments xray:PutTelemetryRecords", "*"),
    ]


def releases(places: Places) -> iam.PolicyStatement:
    """Read releases and aliases."""
    read = "s3:GetObject s3:GetObjectVersion"
    return allow(read, f"{places.models}/releases/*", f"{places.models}/aliases/*")


def _buckets(places: Places) -> iam.PolicyStatement:
    """Without listing, S3 answers 403 for what isn't there."""
    return allow("s3:ListBucket s3:ListBucketVersions", places.models, places.data)


def _models_bucket(places: Places) -> iam.PolicyStatement:
    return allow("s3:ListBucket s3:ListBucketVersions", places.models)


def tenants_objects(places: Places) -> iam.PolicyStatement:
    """Read and write what is a tenant's."""
    return allow("s3:GetObject s3:GetObjectVersion s3:PutObject", f"{places.data}/tenants/*")


def read_uploads(places: Places) -> iam.PolicyStatement:
    """Read what came in, and nothing else of a tenant's."""
    folders = (f"{places.data}/tenants/*/{name}/*" for name in ("uploads", "incoming"))
    return allow("s3:GetObject s3:GetObjectVersion", *folders)


def _data_bucket(places: Places) -> iam.PolicyStatement:
    return allow("s3:ListBucket s3:ListBucketVersions", places.data)


def _erase_data(places: Places) -> iam.PolicyStatement:
    return allow("s3:DeleteObject s3:DeleteObjectVersion", f"{places.data}/tenants/*")


def _keys(places: Places) -> iam.PolicyStatement:
    return allow("kms:Decrypt kms:GenerateDataKey", places.key)


def _table(places: Places) -> iam.PolicyStatement:
    items = "GetItem BatchGetItem Query PutItem DeleteItem ConditionCheckItem"
    actions = " ".join(f"dynamodb:{action}" for action in items.split())
    return allow(actions, places.table, *(f"{places.table}/index/{name}" for name in INDEXES))


def _dead_letters(places: Places) -> iam.PolicyStatement:
    return allow("sqs:SendMessage", places.dead_letters)


def _topic(places: Places) -> iam.PolicyStatement:
    return allow("sns:Publish", places.topic)


def _grader(places: Places) -> iam.PolicyStatement:
    return allow("lambda:InvokeFunction", places.live("grading"))


def _start_jobs(places: Places) -> iam.PolicyStatement:
    return allow("states:StartExecution", places.state_machine)


def _stop_jobs(places: Places) -> iam.PolicyStatement:
    return allow("states:StopExecution", places.executions)


def _schedules(places: Places) -> iam.PolicyStatement:
    return allow("scheduler:CreateSchedule scheduler:UpdateSchedule scheduler:DeleteSchedule", places.schedules)


def _schedule_role(places: Places) -> iam.PolicyStatement:
    statement = allow("iam:PassRole", places.schedule_role)
    statement.add_condition("StringEquals", {"iam:PassedToService": "scheduler.amazonaws.com"})
    return statement


Grant = Callable[[Places], iam.PolicyStatement]

_MODEL: tuple[Grant, ...] = (releases, _buckets, _keys)
_JOBS: tuple[Grant, ...] = (_start_jobs, _stop_jobs, _schedules, _schedule_role)

FUNCTIONS: dict[str, tuple[Grant, ...]] = {
    **dict.fromkeys(("answer", "essays", "roles", "sentiment", "summarize", "translate"), _MODEL),
    "classify": (*_MODEL, tenants_objects, _erase_data),
    "grading": (*_MODEL, tenants_objects, _erase_data, _table, _dead_letters),
    "gradebook": (read_uploads, _data_bucket, _table, _keys, _grader),
    "jobs": (*_MODEL, tenants_objects, _table, _dead_letters, _topic, *_JOBS),
    "models": (releases, _models_bucket, _keys),
    "search": (*_MODEL, tenants_objects, _erase_data, _table),
}
"""By folder of functions/."""


def grants(tasks: Sequence[str]) -> tuple[Grant, ...]:
    """What these tasks need together, each but once. Raises KeyError for one that nothing is said of."""
    return tuple(dict.fromkeys(grant for task in tasks for grant in FUNCTIONS[task]))


def publishing(name: str, asset_arns: Sequence[str], places: Places) -> Statements:
    """What the custom resource may do that publishes the embedded releases."""
    write = "s3:GetObject s3:GetObjectVersion s3:PutObject s3:DeleteObjectVersion"
    return [
        *running(name, places),
        allow("s3:GetObject", *asset_arns),
        allow(write, f"{places.models}/releases/*", f"{places.models}/aliases/*"),
        allow("s3:ListBucket s3:ListBucketVersions", places.models),
        allow("kms:Decrypt kms:GenerateDataKey", places.key),
        allow("kms:Sign kms:GetPublicKey", places.signing_key),
    ]


def taking_back(name: str, places: Places) -> Statements:
    """What the function may do that takes a model's canary back."""
    return [
        *running(name, places),
        releases(places),
        allow("s3:PutObject s3:DeleteObjectVersion", f"{places.models}/aliases/*"),
        allow("s3:ListBucket s3:ListBucketVersions", places.models),
        _keys(places),
        _dead_letters(places),
    ]


def checking(name: str, checked: str, group: str, places: Places) -> Statements:
    """What the check of a new version may do."""
    return [
        *running(name, places),
        allow("lambda:InvokeFunction", f"{places.function(checked)}:*"),
        allow("codedeploy:PutLifecycleEventHookExecutionStatus", group),
    ]


def shifting(functions: Sequence[str], places: Places) -> Statements:
    """What CodeDeploy may do while it shifts traffic."""
    lambdas = [places.function(name) for name in functions]
    checks = [places.function(f"{name}-check") for name in functions]
    return [
        allow("lambda:GetAlias lambda:UpdateAlias lambda:GetProvisionedConcurrencyConfig", *lambdas),
        allow("lambda:InvokeFunction", *checks),
        allow("cloudwatch:DescribeAlarms", "*"),
    ]


def scheduling(places: Places) -> Statements:
    """What a schedule may do."""
    return [allow("lambda:InvokeFunction", places.live("jobs")), _dead_letters(places), _keys(places)]


def working(places: Places) -> Statements:
    """What the state machine may do."""
    deliveries = "CreateLogDelivery GetLogDelivery UpdateLogDelivery DeleteLogDelivery ListLogDeliveries"
    policies = "PutResourcePolicy DescribeResourcePolicies DescribeLogGroups"
    logs = " ".join(f"logs:{action}" for action in f"{deliveries} {policies}".split())
    traces = "xray:PutTraceSegments xray:PutTelemetryRecords xray:GetSamplingRules xray:GetSamplingTargets"
    return [
        allow("lambda:InvokeFunction", places.live("jobs"), places.live("grading")),
        allow("s3:GetObject", f"{places.data}/tenants/*"),
        allow("kms:Decrypt", places.key),
        allow("states:StartExecution", places.state_machine),
        allow("states:DescribeExecution states:StopExecution states:RedriveExecution", places.executions),
        allow(logs, "*"),
        allow(traces, "*"),
    ]
