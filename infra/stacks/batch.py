"""Jobs: the state machine of functions/jobs/state_machine.json, and the schedules that call the jobs function."""

from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as stepfunctions
from constructs import Construct

from infra.artifacts import ROOT
from infra.local.machine import DEFINITION
from infra.settings import Deployment
from infra.stacks.function import fixed, service_role
from infra.stacks.functions import Functions
from infra.stacks.part import Part
from infra.stacks.permissions import scheduling, working


class Batch(Part):
    """`machine` works a job off; a schedule of a class is made by the jobs function, in the group that is made here."""

    def __init__(self, scope: Construct, deployment: Deployment, functions: Functions) -> None:
        super().__init__(scope, "batch", deployment)
        self._places = places = functions.places
        self.log = functions.logs.group(self, f"/aws/vendedlogs/states/{places.name('jobs')}")
        role = service_role(self, "Role", "states", working(places))
        self.machine = stepfunctions.StateMachine(
            self,
            "Jobs",
            state_machine_name=places.name("jobs"),
            definition_body=stepfunctions.DefinitionBody.from_string((ROOT / DEFINITION).read_text("utf-8")),
            definition_substitutions={
                "JobsFunction": functions.functions["jobs"].alias.function_arn,
                "GradingFunction": functions.functions["grading"].alias.function_arn,
            },
            role=fixed(role),
            logs=stepfunctions.LogOptions(
                destination=self.log, level=stepfunctions.LogLevel.ALL, include_execution_data=False
            ),
            tracing_enabled=True,
        )
        self._schedules()

    def _schedules(self) -> None:
        places = self._places
        scheduler.CfnScheduleGroup(self, "Schedules", name=places.name("schedules"))
        iam.Role(
            self,
            "Schedule",
            role_name=places.schedule_role.rsplit("/", 1)[-1],
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": self.account}}
            ),
            inline_policies={"own": iam.PolicyDocument(statements=list(scheduling(places)))},
        )
