"""The HTTP API: the functions' own routes behind a token, behind CloudFront and its firewall."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput, Fn
from aws_cdk import aws_apigatewayv2 as gateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from constructs import Construct

from infra.layout import Layout
from infra.routes import PUBLIC
from infra.settings import Deployment, FunctionSettings
from infra.stacks.edge import Edge, acl_arn, own_name
from infra.stacks.function import Logs
from infra.stacks.functions import Functions
from infra.stacks.part import Part
from infra.stacks.sign_in import SignIn
from infra.stacks.storage import Storage
from lectern.http.edge import HEADER

LOGGED = ("requestId", "routeKey", "status", "responseLength", "responseLatency", "integrationErrorMessage")
"""No path and no query: they name classes and students."""


class Api(Part):
    """`api` itself, and `distribution`, which is its only way in."""

    def __init__(
        self,
        scope: Construct,
        deployment: Deployment,
        layout: Layout,
        routes: Mapping[str, str],
        functions: Functions,
        storage: Storage,
        edge: Edge,
    ) -> None:
        super().__init__(scope, "api", deployment)
        self.add_stack_dependency(edge)
        self._deployment, self._layout, self._routes = deployment, layout, routes
        sign_in = SignIn(self, deployment)
        self.api = gateway.HttpApi(
            self,
            "Api",
            api_name=deployment.prefix,
            create_default_stage=False,
            cors_preflight=_cors(deployment),
            default_authorizer=authorizers.HttpUserPoolAuthorizer(
                "Tokens", sign_in.pool, user_pool_clients=[sign_in.client]
            ),
        )
        self._add_routes(functions)
        self._stage(functions.logs)
        self.distribution = self._distribution(storage, edge)
        CfnOutput(self, "Url", value=f"https://{deployment.domain or self.distribution.distribution_domain_name}")
        CfnOutput(self, "UserPool", value=sign_in.pool.user_pool_id)
        CfnOutput(self, "Client", value=sign_in.client.user_pool_client_id)

    def _add_routes(self, functions: Functions) -> None:
        behind = {
            name: integrations.HttpLambdaIntegration(name, function.alias, scope_permission_to_route=False)
            for name, function in functions.functions.items()
        }
        for route, name in self._routes.items():
            method, path = route.split()
            self.api.add_routes(
                path=path,
                methods=[gateway.HttpMethod(method)],
                integration=behind[self._layout.home(name)],
                authorizer=gateway.HttpNoneAuthorizer() if route in PUBLIC else None,
            )

    def _stage(self, logs: Logs) -> None:
        log = logs.group(self, f"/lectern/{self._deployment.prefix}/api")
        stage = gateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=gateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=10, throttling_burst_limit=20, detailed_metrics_enabled=True
            ),
            route_settings={route: _limits(self._layout.rows[name]) for route, name in self._routes.items()},
            access_log_settings=gateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=log.log_group_arn, format=json.dumps({name: f"$context.{name}" for name in LOGGED})
            ),
        )
        stage.node.add_dependency(*[found for found in self.api.node.children if isinstance(found, gateway.HttpRoute)])

    def _distribution(self, storage: Storage, edge: Edge) -> cloudfront.Distribution:
        origin = origins.HttpOrigin(
            Fn.select(2, Fn.split("/", self.api.api_endpoint)), custom_headers={HEADER: storage.edge_secret}
        )
        return cloudfront.Distribution(
            self,
            "Distribution",
            comment=self._deployment.prefix,
            web_acl_id=acl_arn(edge),
            **own_name(self, self._deployment.domain, self._deployment.certificate),
            default_behavior=cloudfront.BehaviorOptions(
                origin=origin,
                allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
                cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
                origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
                response_headers_policy=cloudfront.ResponseHeadersPolicy.SECURITY_HEADERS,
                viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
            ),
        )


def _limits(row: FunctionSettings) -> dict[str, Any]:
    """Keys as CloudFormation spells them: this map is passed on as it is."""
    return {
        "ThrottlingRateLimit": row.rate,
        "ThrottlingBurstLimit": row.burst,
        "DetailedMetricsEnabled": True,
    }


def _cors(deployment: Deployment) -> gateway.CorsPreflightOptions | None:
    if not deployment.origins:
        return None
    methods, json_size = ("GET", "POST", "PUT", "DELETE"), "inference-header-content-length"
    return gateway.CorsPreflightOptions(
        allow_origins=list(deployment.origins),
        allow_methods=[gateway.CorsHttpMethod(method) for method in methods],
        allow_headers=["authorization", "content-type", "idempotency-key", "x-deadline-ms", json_size],
        expose_headers=["retry-after", "content-disposition", json_size],
    )
