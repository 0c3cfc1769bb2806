"""What takes a model's canary back: one function, called by a rule of every model when one of its alarms goes off."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from constructs import Construct

from infra.artifacts import TAKING_BACK
from infra.stacks.function import RUNTIME, Shared, fixed, service_role
from infra.stacks.permissions import taking_back
from infra.stacks.places import Places

NAME = "taking-back"
SETTINGS = ("LECTERN_STORE", "LECTERN_PUBLIC_KEY", "LECTERN_ALIAS")

LATEST = Duration.minutes(15)
"""An alarm that is heard of later says nothing of what the alias names by then."""


class TakingBack(Construct):
    """The function; it has the memory to prove the version before a promotion."""

    def __init__(self, scope: Construct, shared: Shared) -> None:
        super().__init__(scope, "TakingBack")
        places = shared.places
        function = lambda_.Function(
            self,
            "Function",
            function_name=places.name(NAME),
            runtime=RUNTIME,
            architecture=lambda_.Architecture.X86_64,
            code=lambda_.Code.from_asset(shared.artifacts.zip(NAME, TAKING_BACK)),
            handler="infra.handlers.taking_back.handler",
            layers=list(shared.layers),
            memory_size=1769,
            timeout=Duration.minutes(2),
            environment={
                **{name: shared.environment[name] for name in SETTINGS},
                "LECTERN_PRELOAD": "false",
                "LOGNAME": "alarm",
            },
            environment_encryption=shared.logs.key,
            role=fixed(service_role(self, "Role", "lambda", taking_back(NAME, places))),
            log_group=shared.logs.group(self, places.logs(NAME)),
            tracing=lambda_.Tracing.ACTIVE,
        )
        function.configure_async_invoke(
            on_failure=destinations.SqsDestination(shared.dead_letters), retry_attempts=2, max_event_age=LATEST
        )


def take_back_on(scope: Construct, model: str, alarms: Sequence[cloudwatch.IAlarm], places: Places) -> None:
    """A rule that has a model taken back when one of these alarms goes off."""
    function = lambda_.Function.from_function_attributes(
        scope, f"TakingBack-{model}", function_arn=places.function(NAME), same_environment=True
    )
    said = {"model": model, "alarm": events.EventField.from_path("$.detail.alarmName")}
    events.Rule(
        scope,
        f"Alarm-{model}",
        description=f"Takes a canary of {model} back",
        event_pattern=events.EventPattern(
            source=["aws.cloudwatch"],
            detail_type=["CloudWatch Alarm State Change"],
            resources=[alarm.alarm_arn for alarm in alarms],
            detail={"state": {"value": ["ALARM"]}},
        ),
        targets=[targets.LambdaFunction(function, event=events.RuleTargetInput.from_object(said))],
    )
