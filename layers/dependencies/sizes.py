"""What Lambda unpacks for one function: the layers and its own code, and whether that is within the limit."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layers.dependencies.archive import Archive
from layers.dependencies.errors import BuildError

LIMIT = 250 * 2**20
"""Bytes of a function and its layers, unzipped; AWS says 250 MB and means these."""

SHOWN = 12
"""Folders of a layer that the table names."""


def code_size(folder: Path) -> int:
    """Bytes of all functions' code: a function has its own part of it at most."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")


def sizes(dependencies: Sequence[Archive], runtime: Archive, functions: int) -> dict[str, Any]:
    """The document that `sizes.json` is: bytes, by layer, and the sum for each architecture."""
    totals = {layer.name: layer.unzipped + runtime.unzipped + functions for layer in dependencies}
    layers = {layer.name: vars(layer) for layer in (*dependencies, runtime)}
    return {"limit": LIMIT, "layers": layers, "functions": functions, "totals": totals}


def check(found: dict[str, Any]) -> None:
    """Raises BuildError where a function would be over the limit."""
    for name, total in found["totals"].items():
        if total > LIMIT:
            told = (
                f"{name} with the runtime and the functions is {_mb(total)} MB unzipped; Lambda takes {_mb(LIMIT)} MB"
            )
            raise BuildError(f"{told}. The largest parts:\n{_parts(found['layers'][name])}")


def table(found: dict[str, Any]) -> str:
    """The sizes as text, in MB of 1,048,576 bytes as AWS counts."""
    lines = [f"{'':40}{'zip':>8}{'unzipped':>10}"]
    for layer in found["layers"].values():
        lines += [f"{layer['name']:40}{_mb(layer['zipped']):>8}{_mb(layer['unzipped']):>10}", _parts(layer)]
    lines.append(f"{'functions, all of them':40}{'':8}{_mb(found['functions']):>10}")
    lines += [f"{'sum with ' + name:40}{'':8}{_mb(total):>10}" for name, total in found["totals"].items()]
    return "\n".join([*lines, f"{'limit':40}{'':8}{_mb(LIMIT):>10}"])


def _parts(layer: dict[str, Any]) -> str:
    largest = sorted(layer["parts"].items(), key=lambda part: -part[1])[:SHOWN]
    return "\n".join(f"  {name:38}{'':8}{_mb(size):>10}" for name, size in largest)


def _mb(size: int) -> str:
    return f"{size / 2**20:.1f}"
