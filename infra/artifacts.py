"""What is uploaded: layers and releases that were built before, and functions as small zips made here."""

import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from infra.errors import DeploymentError

ROOT = Path(__file__).parents[1]

LAYERS = {
    "dependencies": ROOT / "layers/dist/dependencies-x86_64.zip",
    "runtime": ROOT / "layers/dist/runtime.zip",
}
RELEASES = ROOT / "build/releases"
ZIPS = ROOT / "build/zips"

SEEDING = (
    "infra/__init__.py",
    "infra/handlers/*.py",
    "model_store/__init__.py",
    "model_store/digest.py",
    "model_store/errors.py",
    "model_store/home.py",
    "model_store/build/__init__.py",
    "model_store/build/measured.py",
    "model_store/release/__init__.py",
    "model_store/release/alias.py",
    "model_store/release/embedded.py",
    "model_store/release/publish.py",
    "model_store/release/signing.py",
)
"""The code that publishes a release inside the account."""

TAKING_BACK = (
    "infra/__init__.py",
    "infra/handlers/*.py",
    "model_store/__init__.py",
    "model_store/release/__init__.py",
    "model_store/release/alias.py",
)
"""The code that takes a model's canary back."""

HANDLERS = ("infra/__init__.py", "infra/handlers/*.py")

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Artifacts:
    """Where the built files are: layer zips by name, and a folder with a folder of each release."""

    layers: Mapping[str, Path] = field(default_factory=lambda: dict(LAYERS))
    releases: Path = RELEASES
    zips: Path = ZIPS

    def check(self, models: Iterable[str]) -> None:
        """Raise DeploymentError where something was not built that a deployment with these models needs."""
        for name in self.layers:
            self.layer(name)
        for model in models:
            self.release(model)

    def layer(self, name: str) -> str:
        """A layer's zip. Raises DeploymentError where it was not built."""
        path = self.layers[name]
        if not path.is_file() or not zipfile.is_zipfile(path):
            raise DeploymentError(f"the layer {name} is no zip at {path}; `make layers` builds it")
        return str(path)

    def release(self, model: str) -> str:
        """The folder of a model's built release. Raises DeploymentError where it was not built."""
        folder = self.releases / model
        if not (folder / "description.json").is_file():
            raise DeploymentError(f"no built release of {model} at {folder}; `make releases` builds it")
        return str(folder)

    def function(self, name: str, tasks: Iterable[str] = ()) -> str:
        """The zip of a function's own code, and of the tasks that it serves, without what runs elsewhere."""
        folders = dict.fromkeys([name, *tasks])
        own = (f"functions/{folder}/*.{kind}" for folder in folders for kind in ("py", "json"))
        return self.zip(name, ("functions/__init__.py", *own))

    def zip(self, name: str, patterns: Iterable[str]) -> str:
        """A zip of files of this checkout: the same files, the same bytes, so that nothing is deployed anew."""
        self.zips.mkdir(parents=True, exist_ok=True)
        path = self.zips / f"{name}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            for source in (found for pattern in patterns for found in sorted(ROOT.glob(pattern))):
                entry = zipfile.ZipInfo(source.relative_to(ROOT).as_posix(), _EPOCH)
                entry.external_attr = 0o644 << 16
                file.writestr(entry, source.read_bytes(), zipfile.ZIP_DEFLATED)
        return str(path)
