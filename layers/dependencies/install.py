"""The locked packages for Lambda's Python, fetched by uv and checked by their hashes."""

import os
import subprocess
import sys
from pathlib import Path

from layers.dependencies.errors import BuildError

PYTHON = "3.13"
PLATFORMS = {"x86_64": "x86_64-manylinux_2_28", "arm64": "aarch64-manylinux_2_28"}
"""By the name that Lambda has for an architecture; its Amazon Linux 2023 has glibc 2.34."""


def install(lock: Path, platform: str, folder: Path, uv: Path) -> None:
    """Unpack the wheels of `lock` for a platform into `folder`. Raises BuildError."""
    checks = ("--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile-bytecode")
    target = ("--python-version", PYTHON, "--python-platform", PLATFORMS[platform], "--target", str(folder))
    command = (str(uv), "pip", "install", "--quiet", "--python", sys.executable, *checks, *target)
    try:
        done = subprocess.run(
            (*command, "--requirements", str(lock)),
            env=os.environ | {"UV_PYTHON_DOWNLOADS": "never"},
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        raise BuildError(f"{uv} can't be run ({error.strerror}); `make layers` installs it.") from error
    if done.returncode:
        raise BuildError(_reason(lock, done.stderr))


def _reason(lock: Path, told: str) -> str:
    first = "A package has another hash than" if "hash mismatch" in told.lower() else "uv can't install"
    return f"{first} {lock.name}:\n{told.strip()}"
