"""A place for the console: files in a bucket that only CloudFront reads."""

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.settings import Deployment
from infra.stacks.edge import Edge, acl_arn, own_name
from infra.stacks.part import Part
from infra.stacks.storage import Storage


class Web(Part):
    """A bucket and its distribution; the console's files can be built again, so nothing here is kept."""

    def __init__(self, scope: Construct, deployment: Deployment, storage: Storage, edge: Edge) -> None:
        super().__init__(scope, "web", deployment)
        self.add_stack_dependency(edge)
        bucket = s3.Bucket(
            self,
            "Files",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            server_access_logs_bucket=s3.Bucket.from_bucket_name(self, "Logs", storage.logs.bucket_name),
            server_access_logs_prefix="web/",
            removal_policy=RemovalPolicy.DESTROY,
        )
        distribution = cloudfront.Distribution(
            self,
            "Distribution",
            comment=f"{deployment.prefix} console",
            default_root_object="index.html",
            web_acl_id=acl_arn(edge),
            **own_name(self, deployment.console_domain, deployment.certificate),
            error_responses=[_start_page(status) for status in (403, 404)],
            default_behavior=cloudfront.BehaviorOptions(
                origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
            ),
        )
        CfnOutput(self, "Url", value=f"https://{deployment.console_domain or distribution.distribution_domain_name}")
        CfnOutput(self, "Bucket", value=bucket.bucket_name)


def _start_page(status: int) -> cloudfront.ErrorResponse:
    """The console's own paths are no files."""
    return cloudfront.ErrorResponse(
        http_status=status, response_http_status=200, response_page_path="/index.html", ttl=Duration.minutes(1)
    )
