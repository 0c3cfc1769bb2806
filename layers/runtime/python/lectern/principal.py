"""Who is asking: the tenant of everything that a request touches comes from here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lectern.errors import Unauthenticated

_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Principal:
    """A tenant's user or service, with roles."""

    tenant: str
    subject: str
    roles: tuple[str, ...] = ()


DEVELOPMENT = Principal(tenant="demo", subject="developer", roles=("teacher",))


def from_claims(claims: Mapping[str, Any]) -> Principal:
    """The principal in the claims of a Cognito token, as API Gateway's authorizer passes them on.

    Raises:
        Unauthenticated: the claims lack a subject or a well-formed tenant.
    """
    tenant, subject = str(claims.get("custom:tenant", "")), str(claims.get("sub", ""))
    if not subject or not _TENANT.fullmatch(tenant):
        raise Unauthenticated("The token names no subject or no tenant.")
    # API Gateway writes a list claim as "[teacher admin]".
    roles = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    return Principal(tenant, subject, tuple(roles))
