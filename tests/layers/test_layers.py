"""What the functions need is in the layers, and nothing else is."""

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from layers.dependencies.build import FUNCTIONS, RUNTIME
from layers.dependencies.errors import BuildError
from layers.dependencies.strip import services_of, ships
from lectern.release import Release
from tests.layers.conftest import LOCKED, Layers

UNUSED_SO_FAR = {"idna"}
"""urllib3 imports it for addresses with letters beyond ASCII, which a webhook may have."""


@pytest.fixture(scope="module")
def alone(layers: Layers, release: Release, essays_release: Release) -> dict[str, Any]:
    """What a process that has the layers and the functions, and no installed package, says."""
    names = ("LECTERN_STORE", "LECTERN_PUBLIC_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION")
    own = {"PATH": "", "LECTERN_ENVIRONMENT": "local", "LECTERN_METRICS": "false"}
    quiet = {"LECTERN_LOG_LEVEL": "ERROR", "AWS_LAMBDA_FUNCTION_NAME": "grading"}
    program = [sys.executable, "-I", "-S", "-B", str(Path(__file__).with_name("alone.py")), *map(str, layers.path)]
    environment = {**own, **quiet, **{name: os.environ[name] for name in names}}
    done = subprocess.run(program, cwd=layers.dist, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_layers_alone_grade_an_answer_and_all_else_that_functions_do(alone: dict[str, Any]) -> None:
    assert alone["grade"]["label"] == "correct" and alone["grade"]["explanation"]["answer"]
    assert 2 <= alone["essay"]["score"] <= 12
    assert "an empty job" in alone["report"]
    assert "stepfunctions" in alone["services"]
    known, summer = alone["zones"]
    assert known > 400 and summer == 2, "Lambda's image may have no database of time zones"
    modules = [path for folder in (FUNCTIONS, RUNTIME / "lectern") for path in folder.rglob("*.py")]
    assert alone["modules"] == len([path for path in modules if "endpoint" not in path.parts])


def test_every_module_comes_from_the_layers_or_from_python(alone: dict[str, Any], layers: Layers) -> None:
    library = Path(sysconfig.get_path("stdlib"))
    known = (*map(str, layers.path), str(library), str(Path(__file__).parent), "None")
    strangers = [file for file in alone["loaded"] if not file.startswith(known) or "site-packages" in file]
    assert not strangers


def test_no_package_is_there_that_nothing_imports(alone: dict[str, Any], layers: Layers) -> None:
    top = f"{layers.path[1]}/"
    loaded = {file.removeprefix(top).split("/")[0].split(".")[0] for file in alone["loaded"] if file.startswith(top)}
    parts = {part.split(".")[0] for part in layers.sizes["layers"]["dependencies-x86_64.zip"]["parts"]}
    code = {part for part in parts if "-" not in part} - {"numpy"}
    assert code - loaded == UNUSED_SO_FAR
    assert {"numpy", "onnxruntime"} <= loaded


def test_what_functions_never_open_stays_out(layers: Layers) -> None:
    with ZipFile(layers.dist / "dependencies-x86_64.zip") as archive:
        names = archive.namelist()
    folders = {part for name in names for part in name.split("/")[:-1]}
    assert not folders & {"tests", "f2py", "transformers", "boto3", "huggingface_hub", "ec2", "__pycache__", "bin"}
    assert {"s3", "dynamodb", "onnxruntime"} <= folders
    assert not [name for name in names if name.endswith((".pyc", "RECORD", "direct_url.json"))]
    with ZipFile(layers.dist / "runtime.zip") as archive:
        names = archive.namelist()
    assert "python/lectern/reports/page.html.j2" in names
    assert not [name for name in names if name.endswith(".pyc") or not name.startswith("python/lectern/")]


def test_every_package_brings_its_version_and_those_with_a_licence_file_bring_it(layers: Layers) -> None:
    with ZipFile(layers.dist / "dependencies-x86_64.zip") as archive:
        names = archive.namelist()
    assert sum(name.endswith(".dist-info/METADATA") for name in names) == len(LOCKED)
    with_licence = {name.split("/")[1] for name in names if ".dist-info/" in name and "LICEN" in name}
    assert len(with_licence) > 20
    assert "python/onnxruntime/LICENSE" in names


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("numpy/core.py", True),
        ("numpy.libs/libblas-1.so", True),
        ("numpy/lib/tests/data/a.npy", False),
        ("numpy/random/lib/libnpyrandom.a", False),
        ("botocore/data/endpoints.json", True),
        ("botocore/data/s3/2006-03-01/service-2.json.gz", True),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("a-1.0.dist-info/entry_points.txt", True),
        ("a-1.0.dist-info/licenses/vendored/LICENSE.md", True),
        ("a-1.0.dist-info/RECORD", False),
        ("a-1.0.dist-info/direct_url.json", False),
        ("bin/fastapi", False),
    ],
)
def test_a_file_ships(name: str, kept: bool) -> None:
    assert ships(name, {"s3"}) == kept


def test_a_client_whose_service_is_not_written_out_is_told(tmp_path: Path) -> None:
    (tmp_path / "fine.py").write_text('Session().create_client("s3", config=None)\nclient("sns").publish()\n', "utf-8")
    assert services_of(tmp_path) == {"s3", "sns"}
    (tmp_path / "hidden.py").write_text("\nclient(chosen())\n", "utf-8")
    with pytest.raises(BuildError, match=r"hidden\.py:2"):
        services_of(tmp_path)
