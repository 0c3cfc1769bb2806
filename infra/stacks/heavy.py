"""The GPU endpoint: a model as an inference component, whose copies and instances go down to none."""

from aws_cdk import Aws, CfnOutput
from aws_cdk import aws_applicationautoscaling as scaling
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from infra.settings import Deployment
from infra.stacks.function import service_role
from infra.stacks.functions import Functions
from infra.stacks.hosting import hosting
from infra.stacks.part import Part
from infra.stacks.storage import Storage

VARIANT = "main"
DIMENSION = "sagemaker:inference-component:DesiredCopyCount"


class Heavy(Part):
    """`endpoint` and its `component`. Data capture is off: what pupils send is kept nowhere."""

    def __init__(self, scope: Construct, deployment: Deployment, functions: Functions, storage: Storage) -> None:
        super().__init__(scope, "heavy", deployment)
        self._deployment, self._heavy = deployment, deployment.heavy
        self._places = places = functions.places
        role = service_role(self, "Role", "sagemaker", hosting(_repository(deployment.heavy.image), places))
        model = self._model(role.role_arn, functions, storage)
        model.node.add_dependency(role)
        config = self._config(role.role_arn)
        self.endpoint = sagemaker.CfnEndpoint(
            self, "Endpoint", endpoint_name=places.name("heavy"), endpoint_config_name=config.attr_endpoint_config_name
        )
        self.component = self._component(model)
        self._scale()
        CfnOutput(self, "EndpointName", value=places.name("heavy"))

    def _model(self, role: str, functions: Functions, storage: Storage) -> sagemaker.CfnModel:
        """The container fetches a release by itself, as functions do; it lies under the deployment's key."""
        heavy = self._heavy
        network = sagemaker.CfnModel.VpcConfigProperty(
            subnets=list(heavy.subnets), security_group_ids=list(heavy.security_groups)
        )
        environment = {
            "LECTERN_STORE": f"s3://{storage.models.bucket_name}",
            "LECTERN_PUBLIC_KEY": functions.public_key,
            "LECTERN_ALIAS": self._deployment.alias,
            "LECTERN_ENDPOINT_MODEL": heavy.model,
        }
        container = sagemaker.CfnModel.ContainerDefinitionProperty(image=heavy.image, environment=environment)
        return sagemaker.CfnModel(
            self,
            "Model",
            execution_role_arn=role,
            primary_container=container,
            vpc_config=network if heavy.subnets else None,
        )

    def _config(self, role: str) -> sagemaker.CfnEndpointConfig:
        """Without a key for the volume: instances with NVMe disks, as these, refuse one and encrypt by themselves."""
        managed = sagemaker.CfnEndpointConfig.ManagedInstanceScalingProperty(
            status="ENABLED", min_instance_count=0, max_instance_count=self._heavy.most_copies
        )
        variant = sagemaker.CfnEndpointConfig.ProductionVariantProperty(
            variant_name=VARIANT,
            instance_type=self._heavy.instance,
            initial_instance_count=1,
            managed_instance_scaling=managed,
            routing_config=sagemaker.CfnEndpointConfig.RoutingConfigProperty(
                routing_strategy="LEAST_OUTSTANDING_REQUESTS"
            ),
            container_startup_health_check_timeout_in_seconds=600,
        )
        return sagemaker.CfnEndpointConfig(self, "Config", production_variants=[variant], execution_role_arn=role)

    def _component(self, model: sagemaker.CfnModel) -> sagemaker.CfnInferenceComponent:
        needs = sagemaker.CfnInferenceComponent.InferenceComponentComputeResourceRequirementsProperty(
            number_of_accelerator_devices_required=1, min_memory_required_in_mb=self._heavy.memory
        )
        specification = sagemaker.CfnInferenceComponent.InferenceComponentSpecificationProperty(
            model_name=model.attr_model_name, compute_resource_requirements=needs
        )
        component = sagemaker.CfnInferenceComponent(
            self,
            "Component",
            inference_component_name=self._places.name("heavy"),
            endpoint_name=self._places.name("heavy"),
            variant_name=VARIANT,
            specification=specification,
            runtime_config=sagemaker.CfnInferenceComponent.InferenceComponentRuntimeConfigProperty(copy_count=1),
        )
        component.add_resource_dependency(self.endpoint)
        return component

    def _scale(self) -> None:
        target = scaling.ScalableTarget(
            self,
            "Copies",
            service_namespace=scaling.ServiceNamespace.SAGEMAKER,
            resource_id=f"inference-component/{self._places.name('heavy')}",
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
            policy_name=self._places.name("heavy-from-zero"),
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
            dimensions=[
                cloudwatch.CfnAlarm.DimensionProperty(name="InferenceComponentName", value=self._places.name("heavy"))
            ],
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
