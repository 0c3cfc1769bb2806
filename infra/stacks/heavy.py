"""The GPU endpoint: each model an inference component, whose copies and instances go down to none."""

from collections.abc import Mapping

from aws_cdk import Aws, CfnOutput
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.settings import Deployment, HeavySettings
from infra.stacks.function import service_role
from infra.stacks.functions import Functions
from infra.stacks.hosting import hosting
from infra.stacks.part import Part
from infra.stacks.places import Places
from infra.stacks.storage import Storage

VARIANT = "main"
DIMENSION = "sagemaker:inference-component:DesiredCopyCount"


class Heavy(Part):
    """The endpoint and its `models`. Data capture is off: what pupils send is kept nowhere."""

    def __init__(self, scope: Construct, deployment: Deployment, functions: Functions, storage: Storage) -> None:
        super().__init__(scope, "heavy", deployment)
        self._heavy, self.models = deployment.heavy, deployment.heavy.models
        places = functions.places
        role = service_role(self, "Role", "sagemaker", hosting(_repository(deployment.heavy.image), places))
        config = self._config(role.role_arn)
        endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=places.name("heavy"), endpoint_config_name=config.attr_endpoint_config_name
        )
        environment = {
            "LECTERN_STORE": f"s3://{storage.models.bucket_name}",
            "LECTERN_PUBLIC_KEY": functions.public_key,
            "LECTERN_ALIAS": deployment.alias,
        }
        for model in self.models:
            served = Served(self, model, deployment.heavy, environment, role, places)
            served.component.add_resource_dependency(endpoint)
        CfnOutput(self, "EndpointName", value=places.name("heavy"))

    def _config(self, role: str) -> sagemaker.CfnEndpointConfig:
        """Without a key for the volume: instances with NVMe disks, as these, refuse one and encrypt by themselves."""
        managed = sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty(
            status="ENABLED", min_instance_count=0, max_instance_count=self._heavy.most_instances
        )
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=VARIANT,
            instance_type=self._heavy.instance,
            initial_instance_count=len(self.models),
            managed_instance_scaling=managed,
            routing_config=sagemaker.CfnEndpointConfig.RoutingConfigProperty(
                routing_strategy="LEAST_OUTSTANDING_REQUESTS"
            ),
            container_startup_health_check_timeout_in_seconds=600,
        )
        return sagemaker.CfnEndpointConfig(self, "Config", production_variants=[variant], execution_role_arn=role)


class Served(Construct):
    """One model of the endpoint: its container, its inference `component`, and how many copies of it there are."""

    def __init__(
        self,
        scope: Construct,
        model: str,
        heavy: HeavySettings,
        environment: Mapping[str, str],
        role: iam.Role,
        places: Places,
    ) -> None:
        super().__init__(scope, model)
        self._heavy, self._name, self._endpoint = heavy, places.component(model), places.name("heavy")
        container = self._model(role.role_arn, {**environment, "LECTERN_ENDPOINT_MODEL": model})
        container.node.add_dependency(role)
        self.component = self._component(container)
        self._scale()

    def _model(self, role: str, environment: Mapping[str, str]) -> sagemaker.CfnModel:
        """The container fetches a release by itself, as functions do; it lies under the deployment's key."""
        heavy = self._heavy
        network = sagemaker.CfnModel.VpcConfigProperty(
            subnets=list(heavy.subnets), security_group_ids=list(heavy.security_groups)
        )
        container = sagemaker.CfnModel.ContainerDefinitionProperty(image=heavy.image, environment=environment)
        return sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role,
            primary_container=container,
            vpc_config=network if heavy.subnets else None,
        )

    def _component(self, model: sagemaker.CfnModel) -> sagemaker.CfnInferenceComponent:
        needs = sagemaker.CfnInferenceComponent.InferenceComponentComputeResourceRequirementsProperty(
            number_of_accelerator_devices_required=1, min_memory_required_in_mb=self._heavy.memory
        )
        specification = sagemaker.CfnInferenceComponent.InferenceComponentSpecificationProperty(
            model_name=model.attr_model_name, compute_resource_requirements=needs
        )
        return sagemaker.CfnInferenceComponent(
            self,
            "Component",
            inference_component_name=self._name,
            endpoint_name=self._endpoint,
            variant_name=VARIANT,
            specification=specification,
            runtime_config=sagemaker.CfnInferenceComponent.InferenceComponentRuntimeConfigProperty(copy_count=1),
        )

    def _scale(self) -> None:
        target = scaling.ScalableTarget(
            self,
            "Copies",
            service_namespace=scaling.ServiceNamespace.SAGEMAKER,
            resource_id=f"inference-component/{self._name}",
            scalable_dimension=DIMENSION,
            min_capacity=0,
            max_capacity=self._heavy.most_copies,
            role=None,
        )
        target.node.add_dependency(self.component)
        target.scale_to_track_metric(
            "Invocations",
            target_value=self._heavy.invocations_per_copy,
            predefined_metric=scaling.PredefinedMetric.SAGEMAKER_INFERENCE_COMPONENT_INVOCATIONS_PER_COPY,
        )
        self._wake(target)

    def _wake(self, target: scaling.ScalableTarget) -> None:
        """From no copy at all: invocations that found none bring the first one."""
        step = scaling.CfnScalingPolicy(
            self,
            "FromZero",
            policy_name=f"{self._name}-from-zero",
            policy_type="StepScaling",
            scaling_target_id=target.scalable_target_id,
            step_scaling_policy_configuration=scaling.CfnScalingPolicy.StepScalingPolicyConfigurationProperty(
                adjustment_type="ChangeInCapacity",
                metric_aggregation_type="Maximum",
                cooldown=60,
                step_adjustments=[
                    scaling.CfnScalingPolicy.StepAdjustmentProperty(metric_interval_lower_bound=0, scaling_adjustment=1)
                ],
            ),
        )
        self._no_capacity(step.attr_arn)

    def _no_capacity(self, action: str) -> None:
        cloudwatch.CfnAlarm(
            self,
            "NoCapacity",
            metric_name="NoCapacityInvocationFailures",
            namespace="AWS/SageMaker",
            dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="InferenceComponentName", value=self._name)],
            statistic="Maximum",
            period=60,
            evaluation_periods=1,
            threshold=1,
            comparison_operator="GreaterThanOrEqualToThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[action],
        )


def _repository(image: str) -> str:
    """The ARN of an image's repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME:TAG`."""
    host, _, name = image.partition("/")
    account, _, _, region = host.split(".")[:4]
    return f"arn:{Aws.PARTITION}:ecr:{region}:{account}:repository/{name.partition('@')[0].partition(':')[0]}"
