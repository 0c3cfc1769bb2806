"""What functions read, write and tell: the table, the queue of dead letters, the topics."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.settings import Deployment
from infra.stacks.part import Part
from infra.stacks.storage import Storage
from infra.table import EXPIRES, INDEXES, KEYS


def attribute(keys: dict[str, str], kind: str) -> dynamodb.Attribute:
    """The key of this kind."""
    name = next(name for name, found in keys.items() if found == kind)
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)


class Data(Part):
    """One table, one queue; a topic that hears of every job's end, and one that hears of alarms."""

    def __init__(self, scope: Construct, deployment: Deployment, storage: Storage) -> None:
        super().__init__(scope, "data", deployment)
        own = self._table(deployment, storage)
        restored = deployment.restored_table
        self.table = dynamodb.Table.from_table_name(self, "Restored", restored) if restored else own
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            queue_name=f"{deployment.prefix}-dead-letters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=storage.key,
            enforce_ssl=True,
            retention_period=Duration.days(14),
        )
        self.jobs_topic = sns.Topic(self, "Jobs", master_key=storage.key, enforce_ssl=True)
        self.alarms_topic = self._alarms(deployment, storage)

    def _table(self, deployment: Deployment, storage: Storage) -> dynamodb.Table:
        recovery = dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True)
        table = dynamodb.Table(
            self,
            "Table",
            table_name=deployment.prefix,
            partition_key=attribute(KEYS, "HASH"),
            sort_key=attribute(KEYS, "RANGE"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=recovery,
            time_to_live_attribute=EXPIRES,
            encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
            encryption_key=storage.key,
            deletion_protection=deployment.protect,
            removal_policy=RemovalPolicy.RETAIN if deployment.protect else RemovalPolicy.DESTROY,
        )
        for name, keys in INDEXES.items():
            table.add_global_secondary_index(
                index_name=name, partition_key=attribute(keys, "HASH"), sort_key=attribute(keys, "RANGE")
            )
        return table

    def _alarms(self, deployment: Deployment, storage: Storage) -> sns.Topic:
        topic = sns.Topic(self, "Alarms", master_key=storage.key, enforce_ssl=True)
        mine = {"StringEquals": {"aws:SourceAccount": self.account}}
        for service in ("cloudwatch", "budgets"):
            told = iam.PolicyStatement(
                actions=["sns:Publish"],
                principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
                resources=[topic.topic_arn],
                conditions=mine,
            )
            topic.add_to_resource_policy(told)
        for address in deployment.alarm_emails:
            topic.add_subscription(subscriptions.EmailSubscription(address))
        return topic
