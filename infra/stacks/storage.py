"""What keeps data: buckets, keys and secrets."""

from typing import Any

from aws_cdk import Duration, RemovalPolicy, SecretValue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.settings import Deployment
from infra.stacks.part import Part

TOLD_BY = ("cloudwatch", "budgets", "events")
"""Services that put messages into encrypted topics."""


class Storage(Part):
    """The model bucket, the data bucket, their key, the key that signs releases, and the edge's secret."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "storage", deployment)
        self._keep = RemovalPolicy.RETAIN if deployment.protect else RemovalPolicy.DESTROY
        self.key = self._key()
        self.signing_key = kms.Key(
            self,
            "SigningKey",
            description="Signs releases",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            alias=f"alias/{deployment.prefix}-releases",
            removal_policy=self._keep,
        )
        self.logs = self._logs()
        self.models = self._models(deployment)
        self.data = self._data(deployment)
        secret = secretsmanager.Secret(
            self,
            "EdgeSecret",
            description="What CloudFront says to the functions",
            encryption_key=self.key,
            generate_secret_string=secretsmanager.SecretStringGenerator(password_length=48, exclude_punctuation=True),
        )
        version = deployment.edge_secret_version or None
        self.edge_secret = SecretValue.secrets_manager(secret.secret_arn, version_id=version).unsafe_unwrap()
        """What CloudFormation puts the secret in the place of."""

    def _key(self) -> kms.Key:
        key = kms.Key(self, "Key", description="Lectern's data", enable_key_rotation=True, removal_policy=self._keep)
        services = [iam.ServicePrincipal(f"{service}.amazonaws.com") for service in TOLD_BY]
        mine = {"StringEquals": {"aws:SourceAccount": self.account}}
        told = iam.PolicyStatement(
            actions=["kms:Decrypt", "kms:GenerateDataKey"], principals=services, resources=["*"], conditions=mine
        )
        key.add_to_resource_policy(told)
        key.add_to_resource_policy(self._written())
        return key

    def _written(self) -> iam.PolicyStatement:
        """CloudWatch encrypts this account's logs, and none of another's."""
        actions = (
            "Encrypt Decrypt ReEncryptFrom ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey"
        )
        mine = f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:*"
        return iam.PolicyStatement(
            actions=[f"kms:{action}" for action in actions.split()],
            principals=[iam.ServicePrincipal(f"logs.{self.region}.amazonaws.com")],
            resources=["*"],
            conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": mine}},
        )

    def _logs(self) -> s3.Bucket:
        """Who read and wrote objects; S3 can't write its logs with a key of ours."""
        return s3.Bucket(
            self,
            "Logs",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(90))],
            removal_policy=self._keep,
        )

    def _models(self, deployment: Deployment) -> s3.Bucket:
        """Manifests pin versions of objects: no lifecycle rule may remove old ones."""
        days = deployment.lock_days
        return s3.Bucket(
            self,
            "Models",
            **self._common("models"),
            object_lock_enabled=True,
            object_lock_default_retention=s3.ObjectLockRetention.governance(Duration.days(days)) if days else None,
            lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))],
        )

    def _data(self, deployment: Deployment) -> s3.Bucket:
        methods = [s3.HttpMethods.GET, s3.HttpMethods.PUT]
        rule = s3.CorsRule(
            allowed_methods=methods, allowed_origins=list(deployment.origins), allowed_headers=["content-type"]
        )
        return s3.Bucket(
            self,
            "Data",
            **self._common("data"),
            cors=[rule] if deployment.origins else None,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    noncurrent_version_expiration=Duration.days(deployment.old_versions_days),
                    expired_object_delete_marker=True,
                )
            ],
        )

    def _common(self, name: str) -> dict[str, Any]:
        return {
            "versioned": True,
            "encryption": s3.BucketEncryption.KMS,
            "encryption_key": self.key,
            "bucket_key_enabled": True,
            "block_public_access": s3.BlockPublicAccess.BLOCK_ALL,
            "enforce_ssl": True,
            "minimum_tls_version": 1.2,
            "server_access_logs_bucket": self.logs,
            "server_access_logs_prefix": f"{name}/",
            "removal_policy": self._keep,
        }
