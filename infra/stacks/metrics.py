"""The functions' own metrics, as lectern.telemetry writes them."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

NAMESPACE = "Lectern"


def counted(name: str, function: str, environment: str, period: Duration | None = None) -> cloudwatch.Metric:
    """The sum of a count of one function in one environment: `Faults`, `Answers`, `NeedsReview`."""
    where = {"service": function, "environment": environment}
    return cloudwatch.Metric(
        namespace=NAMESPACE, metric_name=name, dimensions_map=where, statistic="sum", period=period
    )
