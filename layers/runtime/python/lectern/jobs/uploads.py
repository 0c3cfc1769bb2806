"""Files that a tenant has uploaded."""

from lectern.errors import FieldError, InvalidRequest
from lectern.jobs.places import uploads
from lectern.store import ObjectVersion, Store


def uploaded(tenant: str, key: str, store: Store, *loc: str) -> ObjectVersion:
    """The newest version of an upload. Raises InvalidRequest, for the field `loc`, where it is none of the tenant's."""
    if not key.startswith((uploads(tenant), f"tenants/{tenant}/incoming/")) or "/../" in key:
        raise _refused(loc, "is not the key of an upload of yours")
    known = store.versions(key)
    if not known:
        raise _refused(loc, "names no object; upload it first")
    return known[0]


def _refused(loc: tuple[str, ...], why: str) -> InvalidRequest:
    return InvalidRequest("The input can't be accepted.", (FieldError(loc, why),))
