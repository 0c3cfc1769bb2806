"""One function of functions/: its code, its versions, its alarms, and how a new version gets its traffic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct, IDependable

from infra.artifacts import HANDLERS, Artifacts
from infra.settings import FunctionSettings
from infra.stacks.alarms import Alarms
from infra.stacks.metrics import counted
from infra.stacks.permissions import checking, function_statements
from infra.stacks.places import LIVE, Places, arn

RETENTION = {
    1: logs.RetentionDays.ONE_DAY,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}
"""CloudWatch's own name of a number of days."""

RUNTIME = lambda_.Runtime.PYTHON_3_13


@dataclass(frozen=True)
class Logs:
    """How long the logs of a deployment are kept, and under which key."""

    days: logs.RetentionDays
    key: kms.IKey

    def group(self, scope: Construct, name: str) -> logs.LogGroup:
        """A log group that goes with what writes into it."""
        return logs.LogGroup(
            scope,
            "Log",
            log_group_name=name,
            retention=self.days,
            encryption_key=self.key,
            removal_policy=RemovalPolicy.DESTROY,
        )


@dataclass(frozen=True)
class Shared:
    """What all functions of a deployment have in common."""

    places: Places
    artifacts: Artifacts
    layers: Sequence[lambda_.ILayerVersion]
    environment: Mapping[str, str]
    logs: Logs
    alarms: Alarms
    dead_letters: sqs.IQueue
    application: codedeploy.LambdaApplication
    shifting: iam.IRole
    first: IDependable
    """What has to be there before a version is published."""


def service_role(scope: Construct, name: str, service: str, statements: Sequence[iam.PolicyStatement]) -> iam.Role:
    """A role of a service with these statements and no others."""
    policy = iam.PolicyDocument(statements=list(statements))
    return iam.Role(
        scope, name, assumed_by=iam.ServicePrincipal(f"{service}.amazonaws.com"), inline_policies={"own": policy}
    )


def fixed(role: iam.Role) -> iam.IRole:
    """The role as it is: what CDK would add of its own is left out."""
    return role.without_policy_updates()


class Function(Construct):
    """A Lambda function with its alias `live`, which CodeDeploy moves by a canary that alarms roll back."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        row: FunctionSettings,
        shared: Shared,
        tasks: Sequence[str],
        own: Mapping[str, str],
    ) -> None:
        """`tasks` are what it answers for, `own` variables that others have not."""
        super().__init__(scope, name)
        self._name, self.row, self._shared, self.tasks = name, row, shared, tasks
        places = shared.places
        self.log = shared.logs.group(self, places.logs(name))
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=places.name(name),
            runtime=RUNTIME,
            architecture=lambda_.Architecture.X86_64,
            code=lambda_.Code.from_asset(shared.artifacts.function(name, tasks)),
            handler=f"functions.{name}.handler.handler",
            layers=list(shared.layers),
            memory_size=row.memory,
            timeout=Duration.seconds(row.timeout),
            environment={**shared.environment, **own},
            environment_encryption=shared.logs.key,
            role=fixed(service_role(self, "Role", "lambda", function_statements(name, tasks, places))),
            log_group=self.log,
            tracing=lambda_.Tracing.ACTIVE,
            snap_start=lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS,
            reserved_concurrent_executions=row.reserved,
        )
        self.version = self.function.current_version
        self.version.node.add_dependency(shared.first)
        self.alias = lambda_.Alias(self, "Live", alias_name=LIVE, version=self.version)
        if row.asynchronous:
            self._catch_what_fails()
        self._about_all, self._faults = self._alarms(), {task: self._answers_5xx(task) for task in tasks}
        self._deploy()

    def _catch_what_fails(self) -> None:
        """Nobody waits for the answer: what fails for good goes to the dead letters."""
        self.alias.configure_async_invoke(
            on_failure=destinations.SqsDestination(self._shared.dead_letters), retry_attempts=2
        )

    def alarms(self, *tasks: str) -> list[cloudwatch.Alarm]:
        """Those about the whole function, and those about some of its tasks."""
        return [*self._about_all, *(self._faults[task] for task in tasks)]

    @property
    def seen_by_others(self) -> list[str]:
        """What other stacks refer to."""
        alarms = [alarm.alarm_arn for alarm in self.alarms(*self.tasks)]
        return [self.alias.function_arn, self.function.function_name, self.log.log_group_name, *alarms]

    def _alarms(self) -> list[cloudwatch.Alarm]:
        """Crashes, slowness, throttling."""
        alarms, minute = self._shared.alarms, Duration.minutes(1)
        slow = self.alias.metric_duration(statistic="p99", period=minute)
        return [
            alarms.above(self, "Errors", self.alias.metric_errors(period=minute), 0),
            alarms.above(self, "Slow", slow, 1000 * self.row.p99_seconds, minutes=3),
            alarms.above(self, "Throttles", self.alias.metric_throttles(period=minute), 0, minutes=3),
        ]

    def _answers_5xx(self, task: str) -> cloudwatch.Alarm:
        """Answers of ours that say so; a model's canary shows here."""
        faults = counted("Faults", task, self._shared.environment["LECTERN_DEPLOYMENT"], Duration.minutes(1))
        name = "Faults" if task == self._name else f"Faults-{task}"
        return self._shared.alarms.above(self, name, faults, 0, minutes=2)

    def _deploy(self) -> None:
        shared, name = self._shared, self._shared.places.name(self._name)
        group = arn("codedeploy", f"deploymentgroup:{shared.places.name('functions')}/{name}")
        check = _check(self, self._name, group, self.version, shared)
        codedeploy.LambdaDeploymentGroup(
            self,
            "Deployment",
            application=shared.application,
            deployment_group_name=name,
            alias=self.alias,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=list(self.alarms(*self.tasks)),
            auto_rollback=codedeploy.AutoRollbackConfig(deployment_in_alarm=True, failed_deployment=True),
            pre_hook=check,
            role=shared.shifting,
        )


def _check(scope: Construct, name: str, group: str, version: lambda_.IVersion, shared: Shared) -> lambda_.Function:
    """The function that CodeDeploy calls before the first request goes to a new version."""
    own, inside = f"{name}-check", Construct(scope, "Check")
    statements = checking(own, name, group, shared.places)
    return lambda_.Function(
        inside,
        "Function",
        function_name=shared.places.name(own),
        runtime=RUNTIME,
        code=lambda_.Code.from_asset(shared.artifacts.zip("check", HANDLERS)),
        handler="infra.handlers.before_traffic.handler",
        memory_size=256,
        timeout=Duration.minutes(2),
        environment={"VERSION": version.function_arn, "LECTERN_EDGE_SECRET": shared.environment["LECTERN_EDGE_SECRET"]},
        environment_encryption=shared.logs.key,
        role=fixed(service_role(inside, "Role", "lambda", statements)),
        log_group=shared.logs.group(inside, shared.places.logs(own)),
        tracing=lambda_.Tracing.ACTIVE,
    )
