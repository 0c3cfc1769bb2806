"""Alarms that tell the same topic, and that a silent metric does not trip."""

from dataclasses import dataclass

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct


@dataclass(frozen=True)
class Alarms:
    """Makes alarms of one deployment."""

    topic: sns.ITopic

    def above(
        self, scope: Construct, name: str, metric: cloudwatch.IMetric, threshold: float, minutes: int = 1
    ) -> cloudwatch.Alarm:
        """An alarm for a metric that is above a threshold for so many of its periods."""
        alarm = cloudwatch.Alarm(
            scope,
            name,
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=minutes,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        return self.told(alarm)

    def told(self, alarm: cloudwatch.Alarm) -> cloudwatch.Alarm:
        """The alarm, heard of by the topic when it goes off and when it is over."""
        action = actions.SnsAction(self.topic)
        alarm.add_alarm_action(action)
        alarm.add_ok_action(action)
        return alarm
