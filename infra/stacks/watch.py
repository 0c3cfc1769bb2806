"""What is watched beside each function's own alarms: models, jobs, the API, the endpoint, the bill; and a dashboard."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.layout import Layout
from infra.settings import Deployment
from infra.stacks.alarms import Alarms
from infra.stacks.api import Api
from infra.stacks.batch import Batch
from infra.stacks.data import Data
from infra.stacks.function import Function
from infra.stacks.functions import Functions
from infra.stacks.heavy import Heavy
from infra.stacks.metrics import NAMESPACE, counted
from infra.stacks.part import Part
from infra.stacks.places import Places
from infra.stacks.taking_back import take_back_on

REJECTED = ("ReleaseRejected", "golden self-test", "golden vectors")
"""Words of a log line that says that a release was not loaded."""

MOST_KINDS = 3
"""Kinds of errors of a batch, in whose list a rejection is looked for."""

BAND = 3
"""Standard deviations that the share of answers for review may leave what CloudWatch expects."""

API_SECONDS = 10


class Watch(Part):
    """Alarms, one dashboard, one budget."""

    def __init__(
        self,
        scope: Construct,
        deployment: Deployment,
        data: Data,
        layout: Layout,
        functions: Functions,
        api: Api,
        batch: Batch,
        heavy: Heavy | None,
    ) -> None:
        super().__init__(scope, "watch", deployment)
        self._alarms, self._prefix = Alarms(data.alarms_topic), deployment.prefix
        self._environment = deployment.name
        board = cloudwatch.Dashboard(self, "Dashboard", dashboard_name=deployment.prefix)
        for name, function in functions.functions.items():
            board.add_widgets(*self._function(name, function))
            for task in function.tasks:
                models = deployment.models_of(task, layout.rows[task])
                if models and layout.home(task) == name:
                    reviewed = layout.rows[task].reviewed
                    board.add_widgets(*self._models(task, function, models, functions.places, reviewed))
        board.add_widgets(self._api(api), self._jobs(data, batch))
        if heavy:
            board.add_widgets(*(self._endpoint(model, functions.places) for model in heavy.models))
        self._budget(deployment, data)

    def _function(self, name: str, function: Function) -> list[cloudwatch.IWidget]:
        alias = function.alias
        calls = [alias.metric_invocations(), alias.metric_errors(), alias.metric_throttles()]
        times = [alias.metric_duration(statistic=statistic) for statistic in ("p50", "p99")]
        return [_graph(f"{name}: calls", *calls), _graph(f"{name}: milliseconds", *times)]

    def _models(
        self, name: str, function: Function, models: Sequence[str], places: Places, reviewed: bool
    ) -> list[cloudwatch.IWidget]:
        """What canaries of a task's models are watched by, and taken back: its function's alarms, and its own."""
        share = _review_share(name, self._environment)
        drift = [self._drift(name, share)] if reviewed else []
        alarms = [*function.alarms(name), self._rejected(name, function), *drift]
        for model in models:
            take_back_on(self, model, alarms, places)
        return [_graph(f"{name}: share for review", share)] if drift else []

    def _rejected(self, name: str, function: Function) -> cloudwatch.Alarm:
        """Releases that don't load."""
        rejected = logs.MetricFilter(
            self,
            f"Rejected-{name}",
            log_group=function.log,
            filter_pattern=logs.FilterPattern.literal(_rejections(name, alone=len(function.tasks) == 1)),
            metric_namespace=NAMESPACE,
            metric_name=f"{self._prefix}-{name}-rejected",
            metric_value="1",
        )
        metric = rejected.metric(statistic="sum", period=Duration.minutes(1))
        return self._alarms.above(self, f"SelfTest-{name}", metric, 0)

    def _drift(self, name: str, share: cloudwatch.MathExpression) -> cloudwatch.Alarm:
        """The share of answers for review where it leaves its usual band."""
        drift = cloudwatch.AnomalyDetectionAlarm(
            self,
            f"Review-{name}",
            metric=share,
            std_devs=BAND,
            evaluation_periods=3,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        return self._alarms.told(drift)

    def _api(self, api: Api) -> cloudwatch.IWidget:
        minute = Duration.minutes(1)
        broken = api.api.metric_server_error(statistic="sum", period=minute)
        slow = api.api.metric_latency(statistic="p99", period=minute)
        self._alarms.above(self, "ApiErrors", broken, 0, minutes=2)
        self._alarms.above(self, "ApiSlow", slow, 1000 * API_SECONDS, minutes=3)
        return _graph("API", api.api.metric_count(), api.api.metric_client_error(), broken)

    def _jobs(self, data: Data, batch: Batch) -> cloudwatch.IWidget:
        minute = Duration.minutes(1)
        dead = data.dead_letters.metric_approximate_number_of_messages_visible(period=minute)
        failed = batch.machine.metric_failed(period=minute)
        self._alarms.above(self, "DeadLetters", dead, 0)
        self._alarms.above(self, "JobsFailed", failed, 0)
        return _graph("Jobs", batch.machine.metric_started(), failed, dead)

    def _endpoint(self, model: str, places: Places) -> cloudwatch.IWidget:
        """One model of the endpoint: its faults are no other one's."""
        where = {"InferenceComponentName": places.component(model)}
        faults, slow = (
            cloudwatch.Metric(
                namespace="AWS/SageMaker",
                metric_name=name,
                dimensions_map=where,
                statistic=statistic,
                period=Duration.minutes(1),
            )
            for name, statistic in (("Invocation5XXErrors", "sum"), ("ModelLatency", "p99"))
        )
        take_back_on(self, model, [self._alarms.above(self, f"EndpointFaults-{model}", faults, 0, minutes=2)], places)
        return _graph(f"Endpoint: {model}", faults, slow)

    def _budget(self, deployment: Deployment, data: Data) -> None:
        told = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=data.alarms_topic.topic_arn)
        limits = {"ACTUAL": 80, "FORECASTED": 100}
        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=deployment.prefix,
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(amount=deployment.monthly_budget, unit="USD"),
            ),
            notifications_with_subscribers=[
                budgets.CfnBudget.NotificationWithSubscribersProperty(
                    notification=budgets.CfnBudget.NotificationProperty(
                        comparison_operator="GREATER_THAN",
                        notification_type=kind,
                        threshold=share,
                        threshold_type="PERCENTAGE",
                    ),
                    subscribers=[told],
                )
                for kind, share in limits.items()
            ],
        )


def _rejections(task: str, alone: bool) -> str:
    """Lines of a log that say so: any, or those of one task among several, whose log lines are JSON."""
    if alone:
        return " ".join(f'?"{word}"' for word in REJECTED)
    kinds = " || ".join(f'$.errors[{place}] = "{REJECTED[0]}"' for place in range(MOST_KINDS))
    reasons = " || ".join(f'$.reason = "*{words}*"' for words in REJECTED[1:])
    return f'{{ $.service = "{task}" && ({kinds} || {reasons}) }}'


def _review_share(name: str, environment: str) -> cloudwatch.MathExpression:
    reviews, answers = (counted(metric, name, environment) for metric in ("NeedsReview", "Answers"))
    return cloudwatch.MathExpression(
        expression="100 * reviews / answers",
        label="% for review",
        using_metrics={"reviews": reviews, "answers": answers},
        period=Duration.minutes(15),
    )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, left=list(metrics), width=12)
