"""What the routes of the Open Inference Protocol do that ask for no answer of a model."""

from functions.models.schemas import Live, ModelReady, Ready
from lectern import __version__
from lectern.directory import shared
from lectern.errors import UnknownRelease
from lectern.http.api import Asked
from lectern.protocol import EXTENSIONS
from lectern.protocol.described import ModelMetadata, ServerMetadata, described
from lectern.release import Release


def server(asked: Asked) -> ServerMetadata:
    """Which server this is."""
    return ServerMetadata(name="lectern", version=__version__, extensions=list(EXTENSIONS))


def live(asked: Asked) -> Live:
    """It answers."""
    return Live(live=True)


def ready(asked: Asked) -> Ready:
    """Every live release is verified. Raises as `Directory.ready`."""
    shared().ready()
    return Ready(ready=True)


def model(asked: Asked) -> ModelMetadata:
    """A model's versions, and the tensors of the one that is named, else of the live one."""
    manifest = _release(asked).manifest
    return described(manifest, shared().standing(manifest.model))


def model_ready(asked: Asked) -> ModelReady:
    """Whether a model, or a version of it, is there and verified; the function that loads it proves it once more."""
    return ModelReady(name=_release(asked).manifest.model, ready=True)


def served_elsewhere(asked: Asked) -> ModelReady:
    """Answer tensors or requests by a model. Here, where no function serves it by its name: UnknownRelease."""
    raise UnknownRelease("No function here answers for this model.")


def _release(asked: Asked) -> Release:
    name, version = asked.path["model"], asked.path.get("version")
    return shared().release(name, version) if version else shared().live(name)
