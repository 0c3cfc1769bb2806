"""The functions, one for every folder of functions/ that has a handler, behind the releases they start with."""

from collections.abc import Sequence

from aws_cdk import CustomResource, Duration, Size
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3_assets as s3_assets
from constructs import Construct

from infra.artifacts import SEEDING, Artifacts
from infra.layout import Layout
from infra.settings import Deployment
from infra.stacks.alarms import Alarms
from infra.stacks.data import Data
from infra.stacks.environment import environment, own
from infra.stacks.function import RETENTION, RUNTIME, Function, Logs, Shared, fixed, service_role
from infra.stacks.part import Part
from infra.stacks.permissions import publishing, shifting
from infra.stacks.places import Places
from infra.stacks.storage import Storage
from infra.stacks.taking_back import TakingBack
from infra.text import TEXT

PUBLISHING = "publishing"


class Functions(Part):
    """`functions` by name; `places` says where everything of the deployment is."""

    def __init__(
        self,
        scope: Construct,
        deployment: Deployment,
        layout: Layout,
        artifacts: Artifacts,
        storage: Storage,
        data: Data,
    ) -> None:
        super().__init__(scope, "functions", deployment)
        self.places = _places(deployment, storage, data)
        self.logs = Logs(RETENTION[deployment.log_days], storage.key)
        self._artifacts, self._storage, self._data = artifacts, storage, data
        layers = [self._layer(name) for name in artifacts.layers]
        releases = self._releases(deployment, layers)
        role = service_role(self, "Shifting", "codedeploy", shifting(list(layout.functions), self.places))
        application = codedeploy.LambdaApplication(self, "Application", application_name=self.places.name("functions"))
        self.public_key = releases.get_att_string("PublicKey")
        shared = Shared(
            places=self.places,
            artifacts=artifacts,
            layers=layers,
            environment=environment(deployment, layout.rows, self.places, storage, data, self.public_key),
            logs=self.logs,
            alarms=Alarms(data.alarms_topic),
            dead_letters=data.dead_letters,
            application=application,
            shifting=fixed(role),
            first=releases,
        )
        self.functions = {
            name: Function(self, name, row, shared, layout.tasks(name), own(layout, name))
            for name, row in layout.functions.items()
        }
        TakingBack(self, shared)
        if deployment.text.both:
            self._keep_exports([TEXT, *deployment.text.tasks])

    def _keep_exports(self, names: Sequence[str]) -> None:
        """What stacks refer to that are still as they were when this one is deployed."""
        for value in (value for name in names for value in self.functions[name].seen_by_others):
            self.export_value(value)

    def _layer(self, name: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            self,
            f"Layer-{name}",
            code=lambda_.Code.from_asset(self._artifacts.layer(name)),
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[lambda_.Architecture.X86_64],
        )

    def _releases(self, deployment: Deployment, layers: list[lambda_.LayerVersion]) -> CustomResource:
        """The embedded releases, published inside the account before any function starts."""
        inside = Construct(self, "Releases")
        assets = {
            model: s3_assets.Asset(inside, model, path=self._artifacts.release(model)) for model in deployment.releases
        }
        publisher = self._publisher(inside, deployment, layers, list(assets.values()))
        wanted = {
            model: {"Bucket": asset.s3_bucket_name, "Key": asset.s3_object_key} for model, asset in assets.items()
        }
        return CustomResource(
            inside,
            "Published",
            resource_type="Custom::LecternReleases",
            service_token=publisher.function_arn,
            service_timeout=Duration.minutes(10),
            properties={"Releases": wanted, "Alias": deployment.alias},
        )

    def _publisher(
        self,
        scope: Construct,
        deployment: Deployment,
        layers: list[lambda_.LayerVersion],
        assets: list[s3_assets.Asset],
    ) -> lambda_.Function:
        objects = [asset.bucket.arn_for_objects(asset.s3_object_key) for asset in assets]
        role = service_role(scope, "Role", "lambda", publishing(PUBLISHING, objects, self.places))
        return lambda_.Function(
            scope,
            "Function",
            function_name=self.places.name(PUBLISHING),
            runtime=RUNTIME,
            architecture=lambda_.Architecture.X86_64,
            code=lambda_.Code.from_asset(self._artifacts.zip(PUBLISHING, SEEDING)),
            handler="infra.handlers.releases.handler",
            layers=list(layers),
            memory_size=1769,
            ephemeral_storage_size=Size.gibibytes(1),
            timeout=Duration.minutes(9),
            environment={
                "LECTERN_STORE": f"s3://{self._storage.models.bucket_name}",
                "LECTERN_ALIAS": deployment.alias,
                "LECTERN_SIGNING_KEY": f"kms:{self._storage.signing_key.key_arn}",
                "LECTERN_PRELOAD": "false",
                "LOGNAME": "deployment",
            },
            environment_encryption=self.logs.key,
            role=fixed(role),
            log_group=self.logs.group(scope, self.places.logs(PUBLISHING)),
            tracing=lambda_.Tracing.ACTIVE,
        )


def _places(deployment: Deployment, storage: Storage, data: Data) -> Places:
    return Places(
        prefix=deployment.prefix,
        models=storage.models.bucket_arn,
        data=storage.data.bucket_arn,
        table=data.table.table_arn,
        key=storage.key.key_arn,
        signing_key=storage.signing_key.key_arn,
        dead_letters=data.dead_letters.queue_arn,
        topic=data.jobs_topic.topic_arn,
        heavy=deployment.heavy.models if deployment.heavy.enabled else (),
    )
