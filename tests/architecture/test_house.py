"""The rules of the house (docs/architecture.md), kept by reading the code."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME = ROOT / "layers/runtime/python/lectern"
PRODUCT = [path for room in ("functions", "infra", "layers", "model_store") for path in (ROOT / room).rglob("*.py")]
FOLDERS = [path for path in (ROOT / "functions").iterdir() if path.is_dir() and not path.name.startswith("_")]
FUNCTIONS = [path for path in FOLDERS if path.name != "heavy"]
"""`heavy` holds what runs on an endpoint, not in a function."""
TASKS = [path for path in FUNCTIONS if path.name != "text"]
"""`text` serves the tasks of others."""


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a module imports, at any depth."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Every function with its number of lines, docstring and signature left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            yield f"{path.relative_to(ROOT)}:{node.name}", (node.end_lineno or 0) - first.lineno + 1


@pytest.mark.parametrize("path", sorted(RUNTIME.rglob("*.py")), ids=lambda path: str(path.relative_to(RUNTIME)))
def test_the_runtime_knows_only_itself(path: Path) -> None:
    assert not roots(path) & {"functions", "infra", "model_store", "transformers", "torch", "tests", "boto3"}
    if path.parent.name != "http":
        assert not roots(path) & {"fastapi", "starlette", "mangum"}
    if path.parent.name not in {"store", "table", "services"}:
        assert "botocore" not in roots(path)


def test_a_function_of_several_tasks_has_a_short_handler_and_no_task_of_its_own() -> None:
    folder = ROOT / "functions/text"
    assert len((folder / "handler.py").read_text("utf-8").splitlines()) <= 15
    for path in folder.glob("*.py"):
        others = {name for name in imports(path) if name.startswith("functions.")}
        assert all(name.startswith("functions.text.") for name in others), path


@pytest.mark.parametrize("folder", TASKS, ids=lambda path: path.name)
def test_a_function_is_a_handler_schemas_and_a_pure_task(folder: Path) -> None:
    assert len((folder / "handler.py").read_text("utf-8").splitlines()) <= 15
    assert (folder / "schemas.py").exists()
    assert not roots(folder / "task.py") & {"fastapi", "boto3", "botocore", "transformers", "os", "pathlib", "socket"}


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda path: path.name)
def test_a_function_without_a_model_lists_its_routes_and_knows_no_service(folder: Path) -> None:
    if not (folder / "routes.py").exists():
        return
    assert "lectern.http.api.create_api" in imports(folder / "handler.py")
    for path in folder.glob("*.py"):
        assert not roots(path) & {"fastapi", "boto3", "botocore", "os", "pathlib", "socket"}, path


@pytest.mark.parametrize("room", ["functions", "layers"])
def test_what_serves_does_not_know_where_models_come_from(room: str) -> None:
    for path in (ROOT / room).rglob("*.py"):
        assert not roots(path) & {"infra", "model_store"}, path


def test_only_the_stacks_know_cdk() -> None:
    """So that the command line and what runs in Lambda start without it."""
    for path in PRODUCT:
        here = path.relative_to(ROOT)
        if here.parts[:2] != ("infra", "stacks") and here != Path("infra/app.py"):
            assert not roots(path) & {"aws_cdk", "constructs", "cdk_nag"}, here
            assert not {name for name in imports(path) if name.startswith("infra.stacks")}, here
        elif here.parts[1] == "stacks":
            local = {name for name in imports(path) if name.startswith("infra.local")}
            assert local <= {"infra.local.machine", "infra.local.machine.DEFINITION"}, here


def test_what_runs_in_lambda_for_the_deployment_knows_no_stack_and_no_command() -> None:
    for path in (ROOT / "infra/handlers").glob("*.py"):
        known = {name for name in imports(path) if name.startswith(("infra", "functions"))}
        assert not known and not roots(path) & {"boto3", "click", "moto"}, path


def test_statements_of_roles_are_in_one_module() -> None:
    """But for policies of keys and topics, which say who may come in."""
    stacks = ROOT / "infra/stacks"
    for path in stacks.glob("*.py"):
        if path.name not in {"permissions.py", "storage.py", "data.py"}:
            assert "PolicyStatement(" not in path.read_text("utf-8"), path
        assert ".grant" not in path.read_text("utf-8"), "CDK's own grants bring wildcards"


def test_torch_stays_in_the_recipes_and_in_two_modules_of_the_endpoint() -> None:
    serving = [ROOT / f"functions/heavy/endpoint/{name}.py" for name in ("transformer", "heads")]
    for path in PRODUCT:
        if "recipes" not in path.parts and path not in serving:
            assert not roots(path) & {"torch", "transformers"}, path


def test_litserve_and_the_endpoint_stay_in_their_room() -> None:
    for path in PRODUCT:
        if ROOT / "functions/heavy" not in path.parents:
            assert "litserve" not in roots(path), path
            assert path.is_relative_to(ROOT / "infra") or "functions.heavy" not in ".".join(imports(path)), path


def test_no_module_is_over_200_lines_and_functions_are_short() -> None:
    for path in [*PRODUCT, *(ROOT / "tests" / "perf").glob("*.py")]:
        assert len(path.read_text("utf-8").splitlines()) <= 200, path
    lengths = dict(body for path in PRODUCT for body in bodies(path))
    long = sorted(name for name, lines in lengths.items() if lines >= 15)
    assert len(long) <= 0.1 * len(lengths), long
    assert max(lengths.values()) <= 30, long


HEAVY = {"boto3", "jinja2", "onnx", "moto", "click", "rich", "uvicorn", "safetensors", "huggingface_hub", "torch"}
OF_MODELS = {"numpy", "onnxruntime", "tokenizers", "lectern.task", "lectern.models"}


MOST_MODULES, MOST_MODULES_WITH_A_CLIENT = 700, 740
"""Of a function's imports: half of a millisecond each. Jobs and the gradebook ask services by botocore's client."""


@pytest.mark.parametrize("folder", FUNCTIONS, ids=lambda path: path.name)
def test_a_cold_start_imports_what_the_first_answer_needs(folder: Path) -> None:
    """Names, not seconds: what is heavy and not needed stays out of the handler's imports."""
    program = f"import sys, functions.{folder.name}.handler; print(' '.join(sys.modules))"
    environment = {"PATH": "", "LECTERN_STORE": "file:nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    modules = set(done.stdout.split())
    assert not modules & HEAVY
    assert "pydantic.v1" not in modules, "FastAPI imports it for the model of a response"
    assert not {name for name in modules if name.startswith("lectern.heavy")}
    has_model = not (folder / "routes.py").exists()
    assert modules & OF_MODELS == (OF_MODELS if has_model else set())
    assert len(modules) <= (MOST_MODULES_WITH_A_CLIENT if "botocore.client" in modules else MOST_MODULES)
