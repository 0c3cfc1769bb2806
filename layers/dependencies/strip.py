"""Which installed files the functions need: what they never open stays out of the layer."""

import ast
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from layers.dependencies.errors import BuildError

USELESS_FOLDERS = {"__pycache__", "tests", "sboms"}
USELESS_SUFFIXES = {".a", ".c", ".h", ".pxd", ".pyc", ".pyi", ".pyx"}

USELESS = (
    ".lock",
    "bin/*",  # scripts, which name the Python of the machine that builds
    "cffi/*",  # the compiler; cryptography needs its backend alone, a file beside it
    "numpy/_core/_simd.*.so",
    "numpy/_core/_*_tests.*.so",
    "numpy/_core/include/*",
    "numpy/f2py/*",
    "numpy/random/_examples/*",
    "onnxruntime/backend/*",
    "onnxruntime/capi/libonnxruntime.so.*",  # for programs in C; Python's module has all of it once more
    "onnxruntime/datasets/*",
    "onnxruntime/quantization/*",
    "onnxruntime/tools/*",
    "onnxruntime/transformers/*",
)

OF_A_DISTRIBUTION = re.compile(r"[^/]+\.dist-info/(METADATA|entry_points\.txt|.*(LICEN|COPYING|NOTICE|AUTHORS).*)")
"""Versions and plug-ins are looked up while the functions run, and licences go where the code goes."""

SERVICE = re.compile(r"botocore/data/([^/]+)/.")


def shipped(names: Iterable[str], services: set[str]) -> Iterator[str]:
    """Of installed files, by their names below the folder, those that the layer has. `services`: botocore's."""
    return (name for name in names if ships(name, services))


def ships(name: str, services: set[str]) -> bool:
    """Whether the layer has a file."""
    folder, _, file = name.rpartition("/")
    if USELESS_FOLDERS & set(folder.split("/")) or Path(file).suffix in USELESS_SUFFIXES:
        return False
    if ".dist-info/" in name:
        return bool(OF_A_DISTRIBUTION.fullmatch(name))
    if service := SERVICE.match(name):
        return service[1] in services
    return not any(fnmatchcase(name, pattern) for pattern in USELESS)


def services_of(*folders: Path) -> set[str]:
    """The AWS services that code makes clients of: what calls of `client` and `create_client` name.

    Raises BuildError for a name that is not written out, so that none is missed, but for a parameter handed on.
    """
    found: set[str] = set()
    for path in (path for folder in folders for path in folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and _name(node.func) in ("client", "create_client"):
                found |= _service(node.args[0], f"{path.name}:{node.lineno}")
    return found


def _service(argument: ast.expr, where: str) -> set[str]:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return {argument.value}
    if isinstance(argument, ast.Name) and argument.id == "service":
        return set()
    raise BuildError(f"{where}: a client's service has to be written out")


def _name(called: ast.expr) -> str:
    return getattr(called, "attr", getattr(called, "id", ""))
