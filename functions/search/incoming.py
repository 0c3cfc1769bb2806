"""What the routes share: the collections, the model that reads for one, and what a path or a query says."""

from pydantic import BaseModel, ConfigDict

from functions.search.task import TASK
from lectern.errors import FieldError, InvalidRequest, ReleaseRejected
from lectern.http.api import Asked
from lectern.http.paging import refused
from lectern.model import LoadedModel
from lectern.models import shared as shared_models
from lectern.release import Pin
from lectern.schemas import ModelReference
from lectern.search.collections import Collections, shared
from lectern.search.documents import CollectionId, DocumentId
from lectern.validation import validate


class _Named(BaseModel):
    model_config = ConfigDict(strict=True)

    collection: CollectionId = "unnamed"
    document: DocumentId = "unnamed"


def collections() -> Collections:
    """The collections. Raises StoreUnavailable where the settings name no table."""
    return shared()


def named(asked: Asked, name: str) -> str:
    """The id in the path. Raises InvalidRequest for one that none can be."""
    text = asked.path[name]
    try:
        validate(_Named, {name: text})
    except InvalidRequest as error:
        raise refused(("path", name), error.errors[0].msg) from None
    return text


def live_model(asked: Asked, version: str | None) -> LoadedModel:
    """The model for a new collection: of this version, else the live one. Raises as the pipeline does."""
    models = shared_models()
    return _checked(asked, models.get(models.resolve(TASK.model, version, asked.tenant, asked.call.student)))


def model_of(asked: Asked, reference: ModelReference, version: str | None) -> LoadedModel:
    """The model that a collection's vectors are by: no other one's may meet them.

    Raises InvalidRequest where the request names another version, UnknownRelease, ReleaseRejected, StoreUnavailable.
    """
    if version not in (None, reference.version):
        fault = FieldError(("version",), f"the collection's vectors are of {reference.version}")
        raise InvalidRequest("A collection is read by the version that it was made with.", (fault,))
    pin = Pin(reference.name, reference.version, None, reference.digest)
    return _checked(asked, shared_models().get(pin))


def reference_of(model: LoadedModel) -> ModelReference:
    """What a collection keeps of its model."""
    manifest = model.release.manifest
    return ModelReference(name=manifest.model, version=manifest.version, digest=model.release.digest)


def _checked(asked: Asked, model: LoadedModel) -> LoadedModel:
    manifest = model.release.manifest
    asked.call.version = manifest.version
    if manifest.task != TASK.name:
        raise ReleaseRejected(f"{manifest.model} {manifest.version} is for the task {manifest.task}.")
    return model
