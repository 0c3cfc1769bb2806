"""Who may call: a Cognito pool whose tokens carry the tenant, and a public client for mobile apps."""

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from infra.settings import Deployment
from lectern.principal import TEACHERS

TENANT = "tenant"


class SignIn(Construct):
    """`pool` and `client`. Administrators create users; nobody changes a tenant, a user's own app least of all."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(scope, "SignIn")
        self.pool = _pool(self, deployment)
        self.client = self.pool.add_client(
            "Mobile",
            generate_secret=False,  # an app can keep none: the authorization code goes with PKCE
            auth_flows=cognito.AuthFlow(user_srp=True),
            o_auth=_o_auth(deployment),
            write_attributes=cognito.ClientAttributes().with_standard_attributes(locale=True),
            read_attributes=cognito.ClientAttributes()
            .with_standard_attributes(email=True, locale=True)
            .with_custom_attributes(TENANT),
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=Duration.hours(1),
            access_token_validity=Duration.hours(1),
            refresh_token_validity=Duration.days(30),
        )
        domain = cognito.CognitoDomainOptions(domain_prefix=f"{deployment.prefix}-{Aws.ACCOUNT_ID}")
        self.pool.add_domain("Domain", cognito_domain=domain)
        for role in TEACHERS:
            cognito.CfnUserPoolGroup(self, f"Group-{role}", user_pool_id=self.pool.user_pool_id, group_name=role)


def _pool(scope: Construct, deployment: Deployment) -> cognito.UserPool:
    return cognito.UserPool(
        scope,
        "Pool",
        user_pool_name=deployment.prefix,
        self_sign_up_enabled=False,
        sign_in_aliases=cognito.SignInAliases(username=True, email=True),
        custom_attributes={TENANT: cognito.StringAttribute(min_len=1, max_len=63, mutable=False)},
        mfa=cognito.Mfa.OPTIONAL,
        mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
        password_policy=cognito.PasswordPolicy(
            min_length=12, require_digits=True, require_lowercase=True, require_uppercase=True, require_symbols=True
        ),
        account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
        deletion_protection=deployment.protect,
        removal_policy=RemovalPolicy.RETAIN if deployment.protect else RemovalPolicy.DESTROY,
    )


def _o_auth(deployment: Deployment) -> cognito.OAuthSettings:
    return cognito.OAuthSettings(
        flows=cognito.OAuthFlows(authorization_code_grant=True),
        scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
        callback_urls=list(deployment.callbacks),
        logout_urls=list(deployment.callbacks),
    )
