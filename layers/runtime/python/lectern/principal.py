"""Who is asking: the tenant of everything that a request touches comes from here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lectern.errors import Forbidden, Unauthenticated

_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Principal:
    """A tenant's user or service, with roles."""

    tenant: str
    subject: str
    roles: tuple[str, ...] = ()


TEACHERS = ("teacher", "admin")
"""Who may see and decide grades."""

NOBODY = Principal(tenant="", subject="")
"""Whoever asked before it was known who asks."""

DEVELOPMENT = Principal(tenant="demo", subject="developer", roles=("teacher",))


def principal(tenant: str, subject: str, roles: tuple[str, ...] = ()) -> Principal:
    """A principal with a tenant that can be a segment of a key. Raises Unauthenticated."""
    if not subject or not _TENANT.fullmatch(tenant):
        raise Unauthenticated("The caller has no subject or no well-formed tenant.")
    return Principal(tenant, subject, roles)


def from_event(claimed: Any) -> Principal:
    """The principal `{tenant, subject, roles}` that a state machine's event names. Raises Unauthenticated."""
    if not isinstance(claimed, Mapping):
        raise Unauthenticated("The event's principal must be an object with tenant and subject.")
    roles = claimed.get("roles")
    named = tuple(map(str, roles)) if isinstance(roles, list) else ()
    return principal(str(claimed.get("tenant", "")), str(claimed.get("subject", "")), named)


def from_claims(claims: Mapping[str, Any]) -> Principal:
    """The principal in the claims of a Cognito token, as API Gateway's authorizer passes them on.

    Raises:
        Unauthenticated: the claims lack a subject or a well-formed tenant.
    """
    # API Gateway writes a list claim as "[teacher admin]".
    roles = str(claims.get("cognito:groups", "")).strip("[]").replace(",", " ").split()
    return principal(str(claims.get("custom:tenant", "")), str(claims.get("sub", "")), tuple(roles))


def require(asking: Principal, roles: tuple[str, ...]) -> None:
    """Raise Forbidden unless the principal has one of the roles."""
    if not set(asking.roles) & set(roles):
        raise Forbidden(f"This takes one of the roles {', '.join(roles)}.")
