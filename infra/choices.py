"""The choices in environments.toml and functions.toml, as settings; what can't be is told in one line."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from infra.errors import DeploymentError
from infra.settings import HERE, Deployment, FunctionSettings
from infra.text import TEXT

FUNCTIONS = HERE.parent / "functions"


def read_deployment(name: str, path: Path = HERE / "environments.toml") -> Deployment:
    """The environment of this name. Raises DeploymentError for one that is unknown, or whose settings can't be."""
    known = _table(path)
    if name not in known:
        raise DeploymentError(f"there is no environment {name!r}; {path.name} has {', '.join(known)}")
    try:
        return Deployment(name=name, **known[name])
    except ValidationError as error:
        raise DeploymentError(f"{path.name}, [{name}]: {_told(error)}") from None


def read_functions(folder: Path = FUNCTIONS, path: Path = HERE / "functions.toml") -> dict[str, FunctionSettings]:
    """The settings of every folder that has a handler, by name, but for the function that serves the tasks of others.

    Raises DeploymentError where the two don't agree.
    """
    rows, folders = _table(path), {entry.parent.name for entry in folder.glob("*/handler.py")} - {TEXT}
    if missing := folders - rows.keys():
        raise DeploymentError(f"{path.name} has no settings for functions/{', functions/'.join(sorted(missing))}")
    if extra := rows.keys() - folders:
        raise DeploymentError(f"{path.name} has settings for {', '.join(sorted(extra))}, which functions/ has not")
    try:
        return {name: FunctionSettings(**rows[name]) for name in sorted(rows)}
    except ValidationError as error:
        raise DeploymentError(f"{path.name}: {_told(error)}") from None


def _table(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, fault['loc']))} {fault['msg']}".strip() for fault in error.errors())
