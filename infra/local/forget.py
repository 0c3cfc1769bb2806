"""Before and after a local AWS: what a process keeps of its services belongs to the one that it was made for."""

from lectern.directory import shared as shared_directory
from lectern.gradebook.book import shared as shared_book
from lectern.heavy.tiers import shared as shared_tiers
from lectern.jobs import resources
from lectern.models import shared as shared_models
from lectern.packs.repository import shared as shared_packs
from lectern.schemes.repository import shared as shared_schemes
from lectern.search.collections import shared as shared_collections
from lectern.services import client, functions
from lectern.settings import settings

_SHARED = (
    shared_book,
    shared_collections,
    shared_directory,
    shared_models,
    shared_packs,
    shared_schemes,
    shared_tiers,
)


def forget_services() -> None:
    """Read the settings anew, and open stores, tables and clients anew."""
    resources.forget()
    for kept in (settings, *_SHARED, client.client, functions.client):
        kept.cache_clear()
