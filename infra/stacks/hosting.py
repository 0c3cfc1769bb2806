"""What SageMaker may do for the GPU endpoint; the rest of who may do what is in permissions.py."""

from infra.stacks.permissions import Statements, allow, releases
from infra.stacks.places import Places, arn


def hosting(image_repository: str, places: Places) -> Statements:
    """What SageMaker may do for the endpoint."""
    pull = "ecr:BatchGetImage ecr:GetDownloadUrlForLayer ecr:BatchCheckLayerAvailability"
    components = (f"InferenceComponents/{places.component(model)}" for model in places.heavy)
    groups = [f"log-group:/aws/sagemaker/{log}:*" for log in (f"Endpoints/{places.name('heavy')}", *components)]
    return [
        allow("ecr:GetAuthorizationToken", "*"),
        allow(pull, image_repository),
        releases(places),
        allow("s3:ListBucket", places.models),
        allow("kms:Decrypt", places.key),
        allow("cloudwatch:PutMetricData", "*"),
        allow(
            "logs:CreateLogGroup logs:CreateLogStream logs:PutLogEvents logs:DescribeLogStreams",
            *(arn("logs", g) for g in groups),
        ),
    ]
