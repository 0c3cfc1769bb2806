"""Where a job's items and objects are: the tenant first in every key."""

from lectern.gradebook.keys import part, tenant_pk

__all__ = ["part", "tenant_pk"]


def jobs_pk(tenant: str) -> str:
    """The index of a tenant's jobs by time."""
    return f"{tenant_pk(tenant)}#JOBS"


def job_sk(job_id: str) -> str:
    """A job beside the others."""
    return f"JOB#{part(job_id)}"


def ledger_pk(tenant: str, job_id: str) -> str:
    """The partition of a job's chunks."""
    return f"{tenant_pk(tenant)}#J#{part(job_id)}"


def chunk_sk(number: int) -> str:
    """A chunk; numbers from 1 on sort as they count."""
    return f"CHUNK#{number:06d}"


def folder(tenant: str, job_id: str) -> str:
    """The folder of a job's objects in the data store."""
    return f"tenants/{tenant}/jobs/{job_id}/"


def uploads(tenant: str) -> str:
    """The folder of a tenant's uploads."""
    return f"tenants/{tenant}/uploads/"


def incoming(tenant: str, class_id: str) -> str:
    """The folder that a class's schedule looks into."""
    return f"tenants/{tenant}/incoming/{part(class_id)}/"
